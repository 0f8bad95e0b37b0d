"""`claim-kiosk score`: the objects that scripts read, and what happens to files that are no images."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.attendance.images import png
from appliance.commands.score import score_files
from appliance.errors import QualityError
from appliance.installed_face_networks import installed_face_networks
from drivers.simulated.drawn.document import draw_document
from drivers.simulated.drawn.face import draw_face
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from drivers.transport import wsq
from drivers.transport.wsq import encode_wsq


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    pictures = {
        "print.png": draw_fingerprint(1, "right_index", 0),
        "face.png": draw_face(1, 480, 640),
        "page.png": draw_document(1, 150),
        "blank.png": np.full((400, 400), 255, np.uint8),
    }
    for name, picture in pictures.items():
        cv2.imwrite(str(tmp_path / name), picture)
    return {name: str(tmp_path / name) for name in pictures}


@pytest.mark.parametrize(("kind", "name"), [("fingerprint", "print.png"), ("document", "page.png")])
def test_a_print_and_a_page_have_score_reason_ms_and_measures(files: dict[str, str], kind: str, name: str) -> None:
    (result,) = score_files(kind, [files[name]])
    assert result["file"] == files[name]
    assert result["score"] >= 40
    assert result["reason"] is None
    assert result["ms"] > 0
    assert all(isinstance(value, float) for value in result["measures"].values())
    assert json.loads(json.dumps(result)) == result


def test_a_face_has_faces_components_pose_and_ms(files: dict[str, str]) -> None:
    (result,) = score_files("face", [files["face.png"]])
    assert result["faces"] == 1
    assert set(result["components"]["DynamicRange"]) == {"raw", "scalar"}
    assert set(result["pose"]) == {"yaw_deg", "pitch_deg", "roll_deg"}
    networks = not installed_face_networks().missing
    assert (result["pose"]["yaw_deg"] is not None) is networks, "without them the yaw is not measured"
    assert (len(result["components"]) == 28) is networks
    assert ("claim-kiosk-own-" in result["algorithm"]) is networks, "the unified score is our own estimate"
    assert result["ms"] > 0
    assert json.loads(json.dumps(result)) == result


@pytest.mark.parametrize(
    ("kind", "reason"), [("fingerprint", "empty-image"), ("document", "empty-image"), ("face", "no-face")]
)
def test_what_cannot_be_judged_is_255_with_its_reason_and_no_error(
    files: dict[str, str], kind: str, reason: str
) -> None:
    (result,) = score_files(kind, [files["blank.png"]])
    assert (result["score"], result["reason"]) == (255, reason)


def test_an_unreadable_file_is_named_after_the_others_were_judged(files: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no picture")
    given = [str(tmp_path / "none.png"), files["print.png"], str(tmp_path / "text.png"), files["blank.png"]]
    results = score_files("fingerprint", given)
    assert [next(results)["file"], next(results)["file"]] == [given[1], given[3]]
    with pytest.raises(QualityError, match=r"none\.png.*text\.png") as caught:
        next(results)
    assert caught.value.code == "file-missing"


@pytest.mark.parametrize("file", ["", "a\0b", "/", "~"])
def test_strange_names_are_named_errors(file: str) -> None:
    with pytest.raises(QualityError):
        list(score_files("fingerprint", [file]))


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(QualityError, match="iris"):
        list(score_files("iris", []))


@pytest.mark.parametrize("kind", ["fingerprint", "face", "document"])
@pytest.mark.parametrize("name", ["grey16.png", "alpha.png", "grey.jpg", "print.bmp", "print.tif", "print.pgm"])
def test_every_ordinary_file_can_be_judged(tmp_path: Path, kind: str, name: str) -> None:
    picture = draw_fingerprint(1, "right_index", 0)
    if name == "grey16.png":
        cv2.imwrite(str(tmp_path / name), picture.astype(np.uint16) * 257)
    elif name == "alpha.png":
        cv2.imwrite(str(tmp_path / name), np.dstack([picture] * 3 + [np.full_like(picture, 255)]))
    else:
        cv2.imwrite(str(tmp_path / name), picture)
    (result,) = score_files(kind, [str(tmp_path / name)])
    if kind == "fingerprint":
        assert result["score"] >= 40
    else:
        assert 0 <= result["score"] <= 255


def test_a_cut_picture_is_named_and_no_library_speaks_beside_us(
    files: dict[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    cut = [tmp_path / "cut.png", tmp_path / "cut.jpg"]
    for path in cut:
        encoded, data = cv2.imencode(path.suffix, draw_fingerprint(1, "right_index", 0))
        assert encoded
        path.write_bytes(data.tobytes()[: len(data) // 2])
    with pytest.raises(QualityError, match=r"cut\.png: it is damaged"):
        list(score_files("fingerprint", [str(cut[0]), str(cut[1]), files["print.png"]]))
    assert capfd.readouterr().err == ""


def _at_1000_ppi(tmp_path: Path) -> tuple[str, str]:
    """The same impression twice as fine: once saying so, once not."""
    fine = cv2.resize(draw_fingerprint(1, "right_index", 0), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    (tmp_path / "said.png").write_bytes(png(np.asarray(fine, np.uint8), 1000))
    (tmp_path / "unsaid.png").write_bytes(png(np.asarray(fine, np.uint8)))
    return str(tmp_path / "said.png"), str(tmp_path / "unsaid.png")


def test_an_impression_at_1000_ppi_is_scored_at_500(files: dict[str, str], tmp_path: Path) -> None:
    said, unsaid = _at_1000_ppi(tmp_path)
    (coarse,) = score_files("fingerprint", [files["print.png"]])
    (by_file,) = score_files("fingerprint", [said])
    (by_command,) = score_files("fingerprint", [unsaid], ppi=1000)
    (taken_as_500,) = score_files("fingerprint", [unsaid])
    assert abs(by_file["score"] - coarse["score"]) <= 5
    assert by_command["score"] == by_file["score"]
    assert [r["resolution_ppi"] for r in (coarse, by_file, by_command, taken_as_500)] == [500, 1000, 1000, 500]


def test_what_is_coarser_than_500_ppi_is_never_enlarged(files: dict[str, str]) -> None:
    (result,) = score_files("fingerprint", [files["print.png"]], ppi=300)
    assert (result["score"], result["reason"]) == (255, "resolution-too-low")


def test_a_wsq_file_is_judged_as_its_pixels_are(tmp_path: Path) -> None:
    pytest.importorskip("_wsq")
    file = tmp_path / "print.wsq"
    file.write_bytes(encode_wsq(draw_fingerprint(1, "right_index", 0)))
    (result,) = score_files("fingerprint", [str(file)])
    assert result["score"] >= 40
    assert result["resolution_ppi"] == 500


def test_a_wsq_file_without_a_decoder_is_a_named_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("_wsq")
    file = tmp_path / "print.wsq"
    file.write_bytes(encode_wsq(draw_fingerprint(1, "right_index", 0)))
    monkeypatch.setattr(wsq, "wsq_available", lambda: False)
    with pytest.raises(QualityError, match="install the package wsq") as caught:
        list(score_files("fingerprint", [str(file)]))
    assert caught.value.code == "no-wsq-decoder"


def test_a_score_without_nfiq2s_model_says_what_it_is(files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appliance.commands.score.installed_forest", lambda: None)
    told: list[str] = []
    (result,) = score_files("fingerprint", [files["print.png"]], tell=told.append)
    assert result["algorithm"].startswith("claim-kiosk-simple-fingerprint/")
    assert "models install" in " ".join(told)
