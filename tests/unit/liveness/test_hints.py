"""Each hint on what it is there for, and on prints that give no cause."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.liveness.fingerprint import ALGORITHM, liveness_hints, overall_score
from appliance.liveness.frame_memory import FrameMemory
from appliance.liveness.grading import stepped, together
from appliance.model.liveness import ALARM_SCORE, STEP, Hint, LivenessHints
from drivers.contracts import Pixels
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from drivers.simulated.drawn.plain_print import drawn_print
from tests.unit.liveness.prints import copied, fingertip, rimmed, wave

GLASS = np.full((384, 384), 200, np.uint8)


def _hints(pixels: Pixels) -> LivenessHints:
    return liveness_hints(pixels, 500, FrameMemory(1))[0]


def _hint(pixels: Pixels, code: str) -> Hint:
    return next(hint for hint in _hints(pixels).hints if hint.code == code)


@pytest.mark.parametrize(
    ("pixels", "code"),
    [
        (GLASS, "blank"),
        (copied(draw_fingerprint(1, "right_index", 0)), "saturated"),
        (rimmed(fingertip(wave(9, bend=0.2), glass=200), 255), "halo"),
        (rimmed(fingertip(wave(9, bend=0.2), glass=200), 0), "halo"),
        (wave(9), "ridge-uniformity"),
        (fingertip(wave(9)), "ridge-uniformity"),
        (wave(9), "ridge-frequency"),
        (wave(3), "ridge-frequency"),
        (wave(18, bend=0.1), "ridge-frequency"),
    ],
)
def test_what_a_hint_is_there_for_raises_its_alarm_and_the_whole(pixels: Pixels, code: str) -> None:
    score = _hint(pixels, code).score
    assert score is not None
    assert score >= ALARM_SCORE
    assert _hints(pixels).alarm


@pytest.mark.parametrize("seed", range(1, 5))
def test_drawn_prints_give_no_cause(seed: int) -> None:
    memory = FrameMemory(seed)
    for position in ("right_index", "left_thumb"):
        for attempt in range(2):
            hints, memory = liveness_hints(draw_fingerprint(seed, position, attempt), 500, memory)
            assert hints.score == 0.0
    assert not _hints(drawn_print(seed=seed)).alarm


@pytest.mark.parametrize("period_px", [5, 7, 9, 12, 14])
def test_the_ridge_period_is_told_as_it_is(period_px: int) -> None:
    assert _hint(wave(period_px), "ridge-frequency").evidence["period_px"] == pytest.approx(period_px, rel=0.05)


@pytest.mark.parametrize("period_px", [5, 6, 9, 13])
def test_no_period_that_fingers_have_is_doubted(period_px: int) -> None:
    assert _hint(wave(period_px, bend=0.12), "ridge-frequency").score == 0.0


def test_blank_falls_as_more_of_a_finger_is_there() -> None:
    whole = draw_fingerprint(1, "right_index", 0)
    scores = []
    for rows in (0, 40, 56, 72, 88, 240):
        seen = np.full_like(whole, 236)
        seen[200 : 200 + rows, 160:240] = whole[200 : 200 + rows, 160:240]
        scores.append(_hint(seen, "blank").score or 0.0)
    assert scores == sorted(scores, reverse=True)
    assert (scores[0], scores[-1]) == (1.0, 0.0)


def test_without_a_finger_all_else_is_omitted_and_said_so() -> None:
    hints = {hint.code: hint for hint in _hints(GLASS).hints}
    assert hints.pop("blank").score == 1.0
    assert {(hint.score, hint.omitted) for hint in hints.values()} == {(None, "no-finger")}


def test_a_rim_is_not_looked_for_where_no_glass_is_seen() -> None:
    assert _hint(wave(9, bend=0.2), "halo").omitted == "no-glass-around"


def test_pad_is_never_performed_and_the_algorithm_is_named() -> None:
    hints = _hints(draw_fingerprint(1, "right_index", 0))
    assert (hints.pad, hints.algorithm) == ("not-performed", ALGORITHM)
    assert {hint.code for hint in hints.hints} == {
        "blank", "saturated", "halo", "ridge-uniformity", "ridge-frequency", "repeat",
    }  # fmt: skip


def test_a_thousand_ppi_is_looked_at_at_five_hundred() -> None:
    pixels = draw_fingerprint(1, "right_index", 0)
    doubled = np.asarray(cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
    assert liveness_hints(doubled, 1000, FrameMemory(1))[0].score == 0.0


def test_scores_have_twenty_steps_and_are_never_lifted_into_an_alarm() -> None:
    assert len({stepped(score / 1000) for score in range(1001)}) == round(1 / STEP) + 1 == 21
    assert all(stepped(score / 1000) <= score / 1000 + 1e-9 for score in range(1001))
    assert stepped(0.499) < ALARM_SCORE <= stepped(0.5)


@pytest.mark.parametrize(
    ("scores", "whole"),
    [((), None), ((None, None), None), ((0.0, None), 0.0), ((0.5, 0.0), 0.5), ((0.3, 0.3), 0.5), ((1.0, 0.2), 1.0)],
)
def test_several_hints_weigh_more_than_the_greatest(scores: tuple[float | None, ...], whole: float | None) -> None:
    assert together(scores) == whole


def test_the_most_doubtful_finger_speaks_for_all() -> None:
    fingers = [LivenessHints(hints=(), score=score) for score in (0.1, None, 0.6)]
    assert overall_score(fingers) == 0.6
    assert overall_score([LivenessHints(hints=(), score=None)]) is None


@pytest.mark.shared
def test_real_impressions_raise_no_alarm(shared_data: Path) -> None:
    paths = [
        shared_data / "fingerprint" / name / f"{finger}_{press}.tif"
        for name in ("fvc2002_db1b", "fvc2002_db3b", "fvc2004_db3b")
        for finger in (101, 105, 109)
        for press in range(1, 9)
    ]
    memory, alarms = FrameMemory(2), []
    for path in paths:
        image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        assert image is not None
        hints, memory = liveness_hints(np.asarray(image, np.uint8), 500, memory)
        if hints.alarm:
            alarms.append(path.name)
    assert alarms == []
