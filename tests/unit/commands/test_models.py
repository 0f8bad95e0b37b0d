"""`claim-kiosk models`: what it answers, and that it is quick to."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.commands.models import install_packs, list_packs, verify_packs
from appliance.errors import ModelError
from appliance.models.manifest import load_packs
from appliance.models.store import models_folder, open_pack
from tests.unit.models.packages import SDIST, lay, manifest_toml, pack_of, sdist

_PACK = pack_of({SDIST: sdist()})


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """Manifests of two packs: one that can be had and, first by its name, one that cannot."""
    folder = tmp_path / "packs"
    folder.mkdir()
    (folder / "trees.toml").write_text(manifest_toml(_PACK))
    (folder / "shrubs.toml").write_text(manifest_toml(_PACK).replace(f'file = "{SDIST}"', 'file = "shrubs.tar.gz"'))
    return folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return lay(tmp_path / "usb", {SDIST: sdist()})


def test_a_pack_that_cannot_be_had_is_named_after_the_others(tmp_path: Path, packs: Path, source: Path) -> None:
    models = tmp_path / "models"
    rows = install_packs([], source=source, folder=models, tell=lambda _: None, packs=packs)
    row = next(rows)
    assert row == {
        "pack": "trees",
        "status": "installed",
        "version": "1.0",
        "size_bytes": _PACK.size_bytes,
        "folder": str(models / "trees" / _PACK.release),
    }
    with pytest.raises(ModelError, match="shrubs") as refusal:
        next(rows)
    assert refusal.value.code == "model-not-found"
    states = [(row["pack"], row["status"], row["licence"]) for row in list_packs(folder=models, packs=packs)]
    assert states == [("shrubs", "missing", "NIST-PD"), ("trees", "installed", "NIST-PD")]
    again = install_packs(["trees"], source=None, folder=models, tell=lambda _: None, packs=packs)
    assert [row["status"] for row in again] == ["unchanged"]


def test_verify_ends_with_the_worst_that_it_found(tmp_path: Path, packs: Path, source: Path) -> None:
    models = tmp_path / "models"
    list(install_packs(["trees"], source=source, folder=models, tell=lambda _: None, packs=packs))
    assert [row["status"] for row in verify_packs(["trees"], folder=models, packs=packs)] == ["installed"]
    for damage, code in [(False, "model-missing"), (True, "model-mismatch")]:
        if damage:
            (models / "trees" / _PACK.release / "LICENCE").write_text("x")
        with pytest.raises(ModelError, match="not installed: shrubs") as refusal:
            list(verify_packs([], folder=models, packs=packs))
        assert refusal.value.code == code


def test_the_folder_is_the_one_named_or_the_variables_or_the_environments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLAIM_KIOSK_MODELS", raising=False)
    assert models_folder() == Path(sys.prefix) / "share" / "claim-kiosk" / "models"
    monkeypatch.setenv("CLAIM_KIOSK_MODELS", str(tmp_path))
    assert models_folder() == tmp_path
    assert models_folder(tmp_path / "named") == tmp_path / "named"


def test_whoever_opens_a_pack_that_is_not_installed_is_told_how_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="claim-kiosk models install") as refusal:
        open_pack("nfiq2-forest", tmp_path)
    assert refusal.value.code == "model-missing"


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "appliance", "models", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_on_the_command_line_errors_have_a_code_and_a_status(tmp_path: Path) -> None:
    empty, models = lay(tmp_path / "usb", {}), str(tmp_path / "models")
    cases = [
        (("install", "--json", "--from", str(empty), "--to", models), "model-not-found"),
        (("install", "--json", "hedges", "--from", str(empty), "--to", models), "model-unknown"),
        (("verify", "--json", "--models", models), "model-missing"),
    ]
    for arguments, code in cases:
        done = _run(*arguments)
        assert (done.returncode, json.loads(done.stderr.splitlines()[-1])["error"]) == (15, code)
    rows = [json.loads(line) for line in _run("list", "--json", "--models", models).stdout.splitlines()]
    assert [(row["pack"], row["status"]) for row in rows] == [(pack_id, "missing") for pack_id in load_packs()]


def test_nothing_heavy_is_imported_for_a_list(tmp_path: Path) -> None:
    program = (
        "import sys; from appliance.commands.models import list_packs; from pathlib import Path;"
        "list(list_packs(folder=Path(sys.argv[1])));"
        "print(sorted({'numpy', 'cv2', 'aiohttp', 'pip'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "[]\n"


def test_a_pack_that_cannot_be_read_is_named_after_the_others(
    tmp_path: Path, packs: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = tmp_path / "models"
    list(install_packs(["trees"], source=source, folder=models, tell=lambda _: None, packs=packs))
    (models / "shrubs").mkdir()
    lstat = Path.lstat

    def failing(path: Path) -> os.stat_result:
        if path.parent == models / "shrubs":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return lstat(path)

    monkeypatch.setattr(Path, "lstat", failing)
    for rows in (list_packs(folder=models, packs=packs), verify_packs([], folder=models, packs=packs)):
        assert [next(rows)["status"] for _ in range(2)] == ["unreadable", "installed"]
        with pytest.raises(ModelError) as refusal:
            next(rows)
        assert refusal.value.code == "model-unreadable"


def test_a_folder_that_is_not_there_is_said_once(tmp_path: Path, packs: Path) -> None:
    rows = install_packs([], source=tmp_path / "nowhere", folder=tmp_path, tell=lambda _: None, packs=packs)
    with pytest.raises(ModelError, match="There is no folder") as refusal:
        list(rows)
    assert refusal.value.code == "model-not-found"
