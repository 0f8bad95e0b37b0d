"""`claim-kiosk score --report`: what is written, with which mode, and what is never written over."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from appliance.__main__ import main
from appliance.commands.score import score_files
from appliance.commands.score_report import ScoreReport
from appliance.errors import KioskError, QualityError, UsageError
from appliance.reports.page import BEGINS
from drivers.simulated.drawn.face import draw_face
from drivers.simulated.drawn.fingerprint import draw_fingerprint


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "print.png"
    cv2.imwrite(str(path), draw_fingerprint(1, "right_index", 0))
    return path


def _score(report: Path, *images: Path) -> list[int]:
    written = ScoreReport("fingerprint", report)
    return [row["score"] for row in score_files("fingerprint", [str(path) for path in images], report=written)]


def test_one_page_has_a_section_a_file_and_the_score_that_was_printed(tmp_path: Path, image: Path) -> None:
    blank = tmp_path / "blank.png"
    cv2.imwrite(str(blank), np.full((300, 300), 255, np.uint8))
    report = tmp_path / "out.html"
    scores = _score(report, image, blank)
    text = report.read_text(encoding="utf-8")
    assert text.count('<section class="file"') == 2
    assert text.index(f"<strong>{scores[0]}</strong>") < text.index("<strong>255</strong>")
    assert "print.png" in text
    assert str(tmp_path) not in text


def test_only_its_owner_may_read_it(tmp_path: Path, image: Path) -> None:
    report = tmp_path / "out.html"
    _score(report, image)
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.html", "print.png"]


def test_an_earlier_report_is_written_over(tmp_path: Path, image: Path) -> None:
    report = tmp_path / "out.html"
    report.write_text(BEGINS + "an earlier one")
    _score(report, image)
    assert "an earlier one" not in report.read_text(encoding="utf-8")


def test_no_other_file_is(tmp_path: Path, image: Path) -> None:
    before = image.read_bytes()
    with pytest.raises(QualityError, match="not a report") as caught:
        _score(image, image)
    assert caught.value.code == "report-not-written"
    assert image.read_bytes() == before


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "out.html")
    with pytest.raises(QualityError, match="not a report"):
        ScoreReport("fingerprint", tmp_path / "out.html")


@pytest.mark.parametrize("name", ["", ".", "none/out.html", "print.png/out.html", "a\0b", "x" * 300])
def test_a_report_that_cannot_be_written_is_a_named_error_before_anything_is_judged(
    tmp_path: Path, image: Path, name: str
) -> None:
    assert image.exists()
    with pytest.raises(QualityError) as caught:
        ScoreReport("fingerprint", tmp_path / name)
    assert caught.value.code == "report-not-written"


def test_a_folder_that_goes_in_the_meantime_is_a_named_error(tmp_path: Path, image: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    report = ScoreReport("fingerprint", folder / "out.html")
    folder.rmdir()
    with pytest.raises(KioskError) as caught:
        list(score_files("fingerprint", [str(image)], report=report))
    assert caught.value.code == "report-not-written"


def test_what_was_judged_is_written_also_where_a_file_could_not_be_read(tmp_path: Path, image: Path) -> None:
    report = tmp_path / "out.html"
    with pytest.raises(QualityError, match=r"none\.png"):
        _score(report, tmp_path / "none.png", image)
    assert report.read_text(encoding="utf-8").count('<section class="file"') == 1


def test_there_is_no_report_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(QualityError):
        _score(tmp_path / "out.html", tmp_path / "none.png")
    assert list(tmp_path.iterdir()) == []


def test_a_document_has_no_report_yet(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--report"):
        ScoreReport("document", tmp_path / "out.html")


def test_a_portrait_has_its_own_page(tmp_path: Path) -> None:
    picture, report = tmp_path / "face.png", tmp_path / "out.html"
    cv2.imwrite(str(picture), draw_face(3, 720, 1280))
    (row,) = score_files("face", [str(picture)], report=ScoreReport("face", report))
    text = report.read_text(encoding="utf-8")
    assert text.startswith(BEGINS)
    assert f"<strong>{row['score']}</strong>" in text
    assert "Portrait quality" in text
    assert stat.S_IMODE(report.stat().st_mode) == 0o600


def test_the_command_takes_it(tmp_path: Path, image: Path) -> None:
    report = tmp_path / "out.html"
    result = CliRunner().invoke(main, ["score", "fingerprint", str(image), "--report", str(report), "--json"])
    assert result.exit_code == 0, result.output
    assert result.output.count("\n") == 1
    assert report.exists()
