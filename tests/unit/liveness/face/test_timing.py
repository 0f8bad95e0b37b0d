"""When frames came."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.liveness.face.timing import timing
from tests.unit.liveness.face.scenes import moments


@pytest.mark.parametrize("seed", range(5))
def test_a_cameras_moments_are_nothing_to_speak_of(seed: int) -> None:
    assert timing(moments(40, seed)).score == 0.0


def test_frames_that_come_as_even_as_a_program_counts_are_an_attack() -> None:
    found = timing([i / 15.0 for i in range(40)])
    assert (found.score, found.evidence["backwards"]) == (1.0, 0.0)


@pytest.mark.parametrize("back_to", [0.0, 0.6, 1.0])
def test_time_never_stands_still_or_goes_back(back_to: float) -> None:
    taken_s = moments(30)
    taken_s[20] = taken_s[19] - back_to
    found = timing(taken_s)
    assert found.score == 1.0
    assert found.evidence["backwards"] == 1.0


def test_a_dropped_frame_does_not_hide_an_even_clock() -> None:
    taken_s = np.arange(40) / 15.0
    taken_s[20:] += 1 / 15.0
    assert timing(taken_s.tolist()).score == 1.0


def test_long_gaps_are_a_hint_and_never_an_alarm() -> None:
    taken_s = np.asarray(moments(40))
    for late in range(5, 40, 5):
        taken_s[late:] += 0.5
    found = timing(taken_s.tolist())
    assert found.score == 0.3
    assert found.evidence["gap_share"] > 0.1


def test_a_few_frames_say_nothing() -> None:
    assert timing(moments(9)).omitted == "too-few-frames"


def test_what_passes_while_the_camera_does_something_else_is_no_gap() -> None:
    taken_s = np.asarray(moments(40))
    taken_s[15:] += 1.5
    after_pause = [number == 15 for number in range(40)]
    assert timing(taken_s.tolist()).evidence["gap_share"] > 0.0
    assert timing(taken_s.tolist(), after_pause).evidence["gap_share"] == 0.0


def test_time_that_goes_back_while_the_camera_does_something_else_is_still_none_that_passes() -> None:
    taken_s = moments(30)
    taken_s[20] = taken_s[19] - 0.1
    assert timing(taken_s, [number == 20 for number in range(30)]).score == 1.0
