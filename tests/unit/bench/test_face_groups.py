"""Failure and false-alarm rates by what a test set's labels say: counted, never inferred, compared where enough."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import pytest
import structlog

from appliance.errors import QualityError
from appliance.installed_face_networks import installed_face_networks
from appliance.model.liveness import LivenessHints
from appliance.model.verdict import NOT_JUDGED, CaptureKind, Verdict
from drivers.simulated.drawn.face import draw_face
from tests.bench import __main__ as bench
from tests.bench.exact_intervals import interval
from tests.bench.face_groups import (
    ALL,
    ANY_LIMIT,
    LEAST,
    LIVENESS_ALARM,
    LIVENESS_SILENT,
    NOT_JUDGED_AT_ALL,
    Group,
    Judges,
    compared,
    counted,
    labelled_rows,
    measures,
    report,
)
from tests.bench.labelled_set import Labelled

DARK = "too-dark"
MP4 = b"\0\0\0\x18ftypisom"


def _verdict(score: int, *reasons: str, advice: tuple[str, ...] = ()) -> Verdict:
    return Verdict(kind=CaptureKind.FACE, score=score, reasons=reasons, advice=advice)


def _judges(verdicts: dict[str, Verdict], scores: dict[str, float | None]) -> Judges:
    return Judges(lambda path: verdicts[path.name], lambda path: LivenessHints(hints=(), score=scores[path.name]))


def _set(folder: Path, groups: dict[str, str], films: tuple[str, ...] = ()) -> list[Labelled]:
    for name in groups:
        (folder / name).write_bytes(MP4 if name in films else b"")
    return [Labelled(folder / name, group) for name, group in groups.items()]


def test_each_group_has_its_failures_and_all_have_theirs(tmp_path: Path) -> None:
    rows = _set(tmp_path, {"a": "I", "b": "I", "c": "VI", "d": "VI", "e": ""})
    verdicts = {
        "a": _verdict(80),
        "b": _verdict(80, advice=(DARK,)),
        "c": _verdict(NOT_JUDGED, "no-face"),
        "d": _verdict(40, DARK),
        "e": _verdict(0, DARK),
    }
    found = counted(rows, _judges(verdicts, {}))
    assert list(found) == ["I", "VI", ALL]
    assert found["I"].failed == {ANY_LIMIT: 1, DARK: 1}
    assert found["VI"].failed == {NOT_JUDGED_AT_ALL: 1, ANY_LIMIT: 2, "no-face": 1, DARK: 1}
    assert found[ALL].pictures == 4, "what has no label is left out"
    assert found[ALL].failed[DARK] == 2
    assert measures(found) == [NOT_JUDGED_AT_ALL, ANY_LIMIT, "no-face", DARK]


def test_a_limit_is_counted_once_a_picture(tmp_path: Path) -> None:
    rows = _set(tmp_path, {"a": "I"})
    found = counted(rows, _judges({"a": _verdict(40, DARK, advice=(DARK,))}, {}))
    assert found["I"].failed[DARK] == 1


def test_films_are_counted_apart_from_pictures(tmp_path: Path) -> None:
    rows = _set(tmp_path, {"a": "I", "f": "I", "g": "I", "h": "I"}, films=("f", "g", "h"))
    found = counted(rows, _judges({"a": _verdict(80)}, {"f": 0.5, "g": 0.45, "h": None}))
    assert (found["I"].pictures, found["I"].films) == (1, 3)
    assert found["I"].failed == {LIVENESS_ALARM: 1, LIVENESS_SILENT: 1}
    assert found["I"].of(LIVENESS_ALARM) == 3
    assert measures(found) == [NOT_JUDGED_AT_ALL, ANY_LIMIT, LIVENESS_ALARM, LIVENESS_SILENT]


def _groups(**counts: tuple[int, int]) -> dict[str, Group]:
    made = {name: Group(pictures=of) for name, (_, of) in counts.items()}
    for name, (failed, _) in counts.items():
        made[name].failed[DARK] = failed
    whole = Group(pictures=sum(of for _, of in counts.values()))
    whole.failed[DARK] = sum(failed for failed, _ in counts.values())
    return {**made, ALL: whole}


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        (_groups(light=(1, 100), dark=(30, 100)), "differs: dark above light"),
        (_groups(light=(5, 100), dark=(8, 100)), "no difference beyond the intervals"),
        (_groups(light=(0, 100), dark=(29, LEAST - 1)), "not compared"),
        (_groups(light=(0, LEAST), dark=(LEAST, LEAST)), "differs: dark above light"),
        (_groups(only=(3, 100)), "not compared"),
    ],
)
def test_groups_are_compared_where_they_are_large_enough(groups: dict[str, Group], said: str) -> None:
    assert compared(groups, DARK).startswith(said)


def test_the_report_has_counts_and_exact_intervals_and_flags_small_groups() -> None:
    text = report(_groups(light=(1, 100), dark=(2, 5)), "tone", 7)
    low, high = interval(2, 5)
    lines = text[text.index(f"{DARK}:") :].splitlines()
    line = next(each for each in lines if each.strip().startswith("dark"))
    assert line.split()[1:6] == ["2", "of", "5", "40.0", "%"]
    assert f"{100 * low:5.1f}–{100 * high:5.1f} %" in line
    assert line.endswith("too small")
    assert not next(each for each in lines if each.strip().startswith("light")).endswith("too small")
    assert "left out: 7" in text


needs_networks = pytest.mark.skipif(
    installed_face_networks().detector is None, reason="the model packs are not installed (scripts/models)"
)


@pytest.fixture
def drawn_set(tmp_path: Path) -> Path:
    for name, picture in {"face.png": draw_face(3, 400, 400), "wall.png": draw_face(3, 400, 400)[:40, :40]}.items():
        cv2.imwrite(str(tmp_path / name), picture)
    film = cv2.VideoWriter(str(tmp_path / "film.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (400, 400))
    for _ in range(12):
        film.write(draw_face(3, 400, 400))
    film.release()
    labels = tmp_path / "labels.csv"
    labels.write_text("file,tone\nface.png,light\nwall.png,dark\nfilm.avi,light\n", encoding="utf-8")
    return labels


@needs_networks
def test_drawn_pictures_are_judged_as_the_box_does(drawn_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = {row.measure: row.ours for row in labelled_rows(drawn_set, "tone")}
    assert rows["not judged, dark: 1 of 1, too small"] == 100.0
    assert rows["not judged, light: 0 of 1, too small"] == 0.0
    assert rows["liveness: false alarm, light: 1 of 1, too small"] == 100.0, "a film of one frame again and again"
    assert "as the labels say" in capsys.readouterr().err


@needs_networks
def test_a_file_that_is_no_picture_is_a_named_error(drawn_set: Path) -> None:
    drawn_set.with_name("face.png").write_bytes(b"no picture")
    with pytest.raises(QualityError) as caught:
        labelled_rows(drawn_set, "tone")
    assert caught.value.code == "not-an-image"


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["face_groups"], 2, "needs --labels and --by"),
        (["face_groups", "--by", "tone"], 2, "go together"),
        (["sealing", "--labels", "x.csv", "--by", "tone"], 2, "name it"),
        (["face_groups", "--labels", "x.csv", "--by", "tone"], 1, "labels-unreadable: There is no labels file"),
    ],
)
def test_the_command_says_what_is_missing(
    arguments: list[str], status: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(structlog, "configure", lambda **_: None)
    monkeypatch.setattr(sys, "argv", ["bench", *arguments])
    try:
        ended = bench.main()
    except SystemExit as stopped:
        ended = int(stopped.code or 0)
    assert ended == status
    assert said in capsys.readouterr().err
