"""`sandbox --once`: a whole attendance by one command, its answer, and the evidence that anyone can check."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import stat
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import pytest

from appliance.installed_face_networks import installed_face_networks
from appliance.liveness.face.together import CODES
from drivers.simulated.drawn.document import draw_document
from drivers.simulated.drawn.face import draw_face
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from drivers.transport.picture_file import decode_picture
from tests.workflow.post import COMMAND, PATIENCE_S

USAGE, STATE, SERVICE = 2, 4, 14
"""Exit statuses, as scripts know them."""

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the system package openssl")


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def row(self) -> dict[str, Any]:
        """The one object on standard output."""
        (line,) = self.out.splitlines()
        row: dict[str, Any] = json.loads(line)
        return row

    @property
    def error(self) -> dict[str, Any]:
        """The last line on standard error, where nothing was answered."""
        assert self.out == ""
        error: dict[str, Any] = json.loads(self.err.splitlines()[-1])
        assert sorted(error) == ["error", "sentence"]
        assert error["sentence"].endswith(".")
        return error


def sandbox(*arguments: str) -> Done:
    done = subprocess.run(
        [*COMMAND, "sandbox", "--json", *arguments],
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE_S,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fictional applicants: one whole, one without a document, one who gives a finger for the other hand's too."""
    folder = tmp_path_factory.mktemp("scenes")
    pictures = {
        "page.png": draw_document(5, 300),
        "portrait.png": draw_face(5, 960, 720),
        **{f"{name}.png": draw_fingerprint(5, name, 0) for name in ("right_index", "right_thumb", "left_index")},
        "right_index_again.png": draw_fingerprint(5, "right_index", 1),
    }
    for name, pixels in pictures.items():
        assert cv2.imwrite(str(folder / name), pixels)
    (folder / "scenes.toml").write_text(
        """
        [applicants.whole]
        fingerprints.right_index = ["right_index.png"]
        fingerprints.left_index = ["left_index.png"]
        face = ["portrait.png"]
        document = ["page.png"]
        [applicants.no-document]
        fingerprints.right_index = ["right_index.png"]
        face = ["portrait.png"]
        [applicants.twice]
        fingerprints.right_index = ["right_index.png"]
        fingerprints.left_index = ["right_index_again.png"]
        face = ["portrait.png"]
        document = ["page.png"]
        """
    )
    return folder


@dataclass(frozen=True)
class Taken:
    row: dict[str, Any]
    out: Path
    err: str


@pytest.fixture(scope="module")
def taken(scenes: Path, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """One attendance; its relative paths are the caller's."""
    caller = tmp_path_factory.mktemp("caller")
    (caller / "pictures").symlink_to(scenes)
    done = subprocess.run(
        [*COMMAND, "sandbox", "--once", "--json", "--scenes", "pictures", "--applicant", "whole", "--out", "evidence"],
        capture_output=True,
        text=True,
        cwd=caller,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        timeout=3 * PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Taken(Done(0, done.stdout, "").row, caller / "evidence", done.stderr)


def test_the_answer_has_every_field_that_scripts_know(taken: Taken) -> None:
    row = taken.row
    assert {type(row[name]) for name in ("attendance_id", "package_id", "receipt_id", "sha256")} == {str}
    assert row["bytes"] > 10_000
    assert row["duration_s"] > 0
    assert row["simulated"] is True
    shape = [(c["kind"], c["position"], c["attempts"], c["accepted"]) for c in row["captures"]]
    assert shape == [
        ("document", None, 1, True),
        ("face", None, 1, True),
        ("fingerprint", "right_index", 1, True),
        ("fingerprint", "left_index", 1, True),
    ]
    assert all(set(c) >= {"kind", "position", "quality", "attempts", "accepted"} for c in row["captures"])
    assert all(0 < c["quality"] <= 100 for c in row["captures"])


def test_without_scenes_it_draws_its_own() -> None:
    done = sandbox("--once")
    assert done.status == 0, done.err
    assert [c["kind"] for c in done.row["captures"]] == ["document", "face", "fingerprint", "fingerprint"]
    assert "Unknown child" not in done.err
    assert "Traceback" not in done.err


def test_the_evidence_is_its_owners_alone(taken: Taken) -> None:
    files = sorted(str(path.relative_to(taken.out)) for path in taken.out.rglob("*") if path.is_file())
    assert [name for name in files if not name.startswith("trust/")] == [
        "aima-key.pem",
        "package.asice",
        "package.p7m",
        "receipt.json",
    ]
    assert [name for name in files if name.startswith("trust/") and name.endswith(".pem")]
    for path in (taken.out, *taken.out.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_digest_and_size_are_of_the_package_as_sent(taken: Taken) -> None:
    sent = (taken.out / "package.p7m").read_bytes()
    assert taken.row["sha256"] == hashlib.sha256(sent).hexdigest()
    assert taken.row["bytes"] == len(sent)
    receipt = json.loads((taken.out / "receipt.json").read_text())
    assert [receipt[name] for name in ("receipt_id", "package_id", "sha256", "bytes")] == [
        taken.row[name] for name in ("receipt_id", "package_id", "sha256", "bytes")
    ]


@needs_openssl
def test_openssl_opens_what_was_sent(taken: Taken, tmp_path: Path) -> None:
    opened = tmp_path / "opened.asice"
    key, sent = taken.out / "aima-key.pem", taken.out / "package.p7m"
    command = ["openssl", "cms", "-decrypt", "-binary", "-inkey", str(key), "-in", str(sent), "-inform", "DER"]
    subprocess.run([*command, "-out", str(opened)], check=True, capture_output=True, timeout=PATIENCE_S)
    assert opened.read_bytes() == (taken.out / "package.asice").read_bytes()


@pytest.mark.parametrize("name", ["package.asice", "package.p7m"])
def test_our_own_command_agrees(taken: Taken, name: str) -> None:
    options = ["--trust", str(taken.out / "trust"), "--key", str(taken.out / "aima-key.pem"), "--json"]
    done = subprocess.run(
        [*COMMAND, "package", "verify", str(taken.out / name), *options],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert (summary["valid"], summary["simulated"]) == (True, True)
    assert [summary[key] for key in ("package_id", "attendance_id")] == [
        taken.row[key] for key in ("package_id", "attendance_id")
    ]


def manifest_in(package: Path) -> dict[str, Any]:
    with zipfile.ZipFile(package) as opened:
        manifest: dict[str, Any] = json.loads(opened.read("manifest.json"))
    return manifest


def test_the_package_says_what_was_looked_for_in_the_fingers_beside_their_quality(taken: Taken) -> None:
    manifest = manifest_in(taken.out / "package.asice")
    assert manifest["age_group"] == "adult"
    unique, hints = manifest["uniqueness"], manifest["liveness_hints"]
    assert (unique["compared"], unique["repeated"], unique["swapped"], unique["omitted"]) == (1, [], [], None)
    assert (hints["pad"], hints["examined"], hints["omitted"], hints["alarm"]) == ("not-performed", 2, 0, False)
    assert set(hints["fingers"]) == {"right_index", "left_index"}
    assert {capture["pad"] for capture in manifest["captures"]} == {"not-performed"}
    for attempt in manifest["attempts"]:
        is_print = attempt["kind"] == "fingerprint"
        assert (attempt["resemblance"] is not None) == is_print
        assert (attempt["liveness_hints"] is not None) == (is_print or attempt["kind"] == "face")


def test_the_package_says_what_was_looked_for_in_the_face_and_that_it_is_no_attack_detection(taken: Taken) -> None:
    manifest = manifest_in(taken.out / "package.asice")
    (attempt,) = (attempt for attempt in manifest["attempts"] if attempt["kind"] == "face")
    hints = attempt["liveness_hints"]
    assert (hints["pad"], attempt["liveness_ruling"]) == ("not-performed", None)
    assert {hint["code"] for hint in hints["hints"]} == set(CODES)
    assert all((hint["score"] is None) != (hint["omitted"] is None) for hint in hints["hints"])


@pytest.mark.skipif(bool(installed_face_networks().missing), reason="needs the face model packs (scripts/models)")
def test_the_package_holds_the_permits_portrait_and_how_it_was_made(taken: Taken) -> None:
    package = taken.out / "package.asice"
    manifest = manifest_in(package)
    (attempt,) = (attempt for attempt in manifest["attempts"] if attempt["kind"] == "face")
    portrait = attempt["portrait"]
    assert (manifest["capture_plan"]["portrait"], portrait["profile"], portrait["template"]) == (
        "permit",
        "permit",
        "adult",
    )
    assert (portrait["composition"]["width_px"], portrait["composition"]["height_px"]) == (1244, 1600)
    assert portrait["stills"] >= 1
    with zipfile.ZipFile(package) as opened:
        data = opened.read(attempt["part"])
    assert attempt["part"] == "captures/face.png"
    assert b"sRGB" in data
    assert decode_picture(data).shape == (1600, 1244, 3)


def test_one_finger_given_as_two_is_recorded_and_delivered_all_the_same(scenes: Path, tmp_path: Path) -> None:
    arguments = ("--scenes", str(scenes), "--applicant", "twice", "--out", str(tmp_path / "out"))
    done = sandbox("--once", *arguments)
    assert done.status == 0, done.err
    manifest = manifest_in(tmp_path / "out" / "package.asice")
    (pair,) = manifest["uniqueness"]["repeated"]
    positions = {manifest["attempts"][pair[which]]["position"] for which in ("first", "second")}
    assert positions == {"right_index", "left_index"}
    assert pair["score"] >= manifest["uniqueness"]["threshold"]


def test_an_applicant_without_a_document_ends_by_name_and_not_well(scenes: Path) -> None:
    done = sandbox("--once", "--scenes", str(scenes), "--applicant", "no-document")
    assert done.status == SERVICE
    assert done.error["error"] == "scanner-empty"


def test_scenes_that_cannot_be_shown_are_refused_by_name(scenes: Path, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "scenes.toml").write_text("[applicants\n")
    for arguments, code in (
        (["--scenes", str(scenes), "--applicant", "nobody"], "scene-invalid"),
        (["--scenes", str(tmp_path / "nowhere")], "scenes-missing"),
        (["--scenes", str(tmp_path / "bad")], "scene-invalid"),
        (["--applicant", "whole"], "usage"),
    ):
        done = sandbox("--once", *arguments)
        assert (done.status, done.error["error"]) == (USAGE, code)


def test_a_folder_that_is_not_a_sandboxs_is_left_alone(tmp_path: Path) -> None:
    box = tmp_path / "box"
    (box / "identity").mkdir(parents=True)
    (box / "box.db").write_bytes(b"of a real box")
    (tmp_path / "file").write_text("no folder")
    for arguments, code in (
        (["--state", str(box)], "state-foreign"),
        (["--out", str(box)], "state-foreign"),
        (["--out", str(box / "evidence")], "state-foreign"),
        (["--state", str(tmp_path / "file")], "state-unusable"),
        (["--out", str(tmp_path / "file")], "out-unsuitable"),
        (["--out", str(tmp_path)], "out-not-empty"),
    ):
        done = sandbox("--once", *arguments)
        assert (done.status, done.error["error"]) == (STATE, code), arguments
    assert {path.name for path in box.iterdir()} == {"identity", "box.db"}


@needs_openssl
def test_openssl_verifies_the_receipt(taken: Taken, tmp_path: Path) -> None:
    """Detached CMS over the receipt without its signature, as canonical JSON (RFC 8785; here: names in ASCII)."""
    receipt = json.loads((taken.out / "receipt.json").read_text())
    (tmp_path / "signature.der").write_bytes(base64.b64decode(receipt.pop("signature")))
    (tmp_path / "content").write_text(json.dumps(receipt, sort_keys=True, separators=(",", ":")))
    trust = taken.out / "trust"
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(tmp_path / "signature.der")]
    command += ["-content", str(tmp_path / "content"), "-out", str(tmp_path / "verified"), "-purpose", "any"]
    command += ["-CAfile", str(trust / "aima-root-ca.pem"), "-certfile", str(trust / "aima-receipts.pem")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "verified").read_bytes() == (tmp_path / "content").read_bytes()
