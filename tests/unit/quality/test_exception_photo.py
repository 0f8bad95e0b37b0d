"""The picture of a hand is held to nothing but that it is one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import array_shapes, arrays

from appliance.model.verdict import NOT_JUDGED
from appliance.quality.exception_photo import assess_exception_photo
from drivers.contracts import Pixels
from drivers.simulated.drawn.face import draw_face


def test_a_picture_passes() -> None:
    verdict = assess_exception_photo(draw_face(1, 480, 640))
    assert verdict.accepted(0)
    assert 0 < verdict.score <= 100


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_one_does_not(level: int) -> None:
    noise = np.random.default_rng(1).integers(-3, 4, (480, 640, 3))
    blank = np.clip(noise + level, 0, 255).astype(np.uint8)
    assert assess_exception_photo(blank).reasons == ("blank-picture",)


@given(arrays(np.uint8, array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=8)))
def test_whatever_is_handed_over_gives_a_verdict(pixels: Pixels) -> None:
    verdict = assess_exception_photo(pixels)
    assert 0 <= verdict.score <= 100 or (verdict.score == NOT_JUDGED and verdict.reasons)


def test_what_is_no_picture_of_bytes_is_refused_by_name() -> None:
    verdict = assess_exception_photo(np.full((9, 9), np.nan))
    assert (verdict.score, verdict.reasons) == (NOT_JUDGED, ("not-an-image",))
