"""Whether a finger holds still, told from one frame to the next."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.quality.stillness import NEXT_WITHIN_S, Stillness
from drivers.contracts import Pixels
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from tests.unit.quality.degrading import further_right, noisier

FRAME_S = 1 / 15


@pytest.fixture(scope="module")
def impression() -> Pixels:
    return draw_fingerprint(11, "right_index", 0)


def moves(*frames: Pixels, every_s: float = FRAME_S) -> list[bool]:
    stillness = Stillness()
    return [stillness.moves(frame, number * every_s) for number, frame in enumerate(frames)]


def test_a_finger_that_lies_still_does_not_move_for_a_sensors_noise(impression: Pixels) -> None:
    rng = np.random.default_rng(5)
    frames = [np.asarray(np.clip(impression + rng.normal(0, 12, impression.shape), 0, 255), np.uint8) for _ in range(4)]
    assert moves(*frames) == [False] * 4


@pytest.mark.parametrize("step_px", [2, 3, 4, -3])
def test_a_finger_that_slides_moves(impression: Pixels, step_px: int) -> None:
    frames = [further_right(impression, step_px * number) for number in range(4)]
    assert moves(*frames) == [False, True, True, True]


def test_a_finger_that_comes_moves_until_it_lies(impression: Pixels) -> None:
    glass = np.full_like(impression, 236)
    assert moves(glass, impression, impression) == [False, True, False]


def test_what_is_no_next_frame_is_compared_with_nothing(impression: Pixels) -> None:
    slid = further_right(impression, 4)
    assert moves(impression, slid, every_s=NEXT_WITHIN_S * 1.1) == [False, False]
    assert moves(impression, slid[:-8]) == [False, False]


def test_bare_glass_does_not_move() -> None:
    glass = np.full((300, 300), 200, np.uint8)
    assert moves(glass, noisier(glass, 1.0), glass) == [False] * 3


def test_colour_is_taken_as_grey(impression: Pixels) -> None:
    slid = further_right(impression, 4)
    assert moves(np.dstack([impression] * 3), np.dstack([slid] * 3)) == [False, True]
