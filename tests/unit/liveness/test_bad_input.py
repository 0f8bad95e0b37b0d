"""Whatever is handed over, hints come back: omitted, with the reason, where there is nothing to look at."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from appliance.liveness.fingerprint import liveness_hints
from appliance.liveness.frame_memory import FrameMemory
from drivers.simulated.drawn.fingerprint import draw_fingerprint

MEMORY = FrameMemory(3)
PRINT = draw_fingerprint(2, "right_index", 0)


@pytest.mark.parametrize(
    ("pixels", "ppi", "reason"),
    [
        (np.zeros((0, 0), np.uint8), 500, "image-too-small"),
        (np.zeros((1, 1), np.uint8), 500, "image-too-small"),
        (np.zeros((95, 400), np.uint8), 500, "image-too-small"),
        (np.zeros((150, 150), np.uint8), 1000, "image-too-small"),
        (np.zeros((7000, 7200), np.uint8), 500, "image-too-large"),
        (np.full((300, 300), np.nan), 500, "not-an-image"),
        (np.zeros((300, 300), np.uint16), 500, "not-an-image"),
        (np.zeros((300, 300, 4), np.uint8), 500, "not-an-image"),
        (np.zeros((300,), np.uint8), 500, "not-an-image"),
        ([[0, 0], [0, 0]], 500, "not-an-image"),
        (None, 500, "not-an-image"),
        (PRINT, None, "resolution-unknown"),
        (PRINT, 0, "resolution-too-low"),
        (PRINT, -500, "resolution-too-low"),
        (PRINT, 300, "resolution-too-low"),
    ],
)
def test_what_cannot_be_looked_at_is_omitted_with_its_reason_and_not_remembered(
    pixels: Any, ppi: int | None, reason: str
) -> None:
    hints, after = liveness_hints(pixels, ppi, MEMORY)
    assert len(hints.hints) == 6
    assert {(hint.score, hint.omitted) for hint in hints.hints} == {(None, reason)}
    assert (hints.score, hints.alarm, hints.pad) == (None, False, "not-performed")
    assert after is MEMORY


def test_neither_colour_nor_layout_changes_a_hint() -> None:
    plain = liveness_hints(PRINT, 500, MEMORY)
    colour = np.repeat(PRINT[:, :, None], 3, axis=2)
    wide = np.repeat(PRINT, 2, axis=1)
    assert liveness_hints(colour, 500, MEMORY) == plain
    assert liveness_hints(wide[:, ::2], 500, MEMORY) == plain
    assert liveness_hints(np.asfortranarray(PRINT), 500, MEMORY) == plain


def test_the_image_is_left_as_it_was() -> None:
    pixels = PRINT.copy()
    liveness_hints(pixels, 500, MEMORY)
    assert (pixels == PRINT).all()


@st.composite
def _images(draw: st.DrawFn) -> NDArray[np.uint8]:
    """Noise, stripes, half a print and glass, of odd sizes."""
    height, width = draw(st.integers(0, 260)), draw(st.integers(0, 260))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    kind = draw(st.sampled_from(("noise", "even", "stripes", "two-levels", "print", "negative")))
    made: NDArray[np.generic]
    if kind == "noise":
        made = random.integers(0, 256, (height, width))
    elif kind == "even":
        made = np.full((height, width), random.integers(0, 256))
    elif kind == "stripes":
        made = np.broadcast_to(np.arange(width) // random.integers(1, 20) % 2 * 255, (height, width))
    elif kind == "two-levels":
        made = random.integers(0, 2, (height, width)) * 255
    else:
        top, left = random.integers(0, 300), random.integers(0, 156)
        seen = PRINT[top : top + height, left : left + width]
        made = seen if kind == "print" else 255 - seen
    return np.asarray(made, np.uint8)


@settings(max_examples=60, deadline=None)
@given(frames=st.lists(_images(), min_size=1, max_size=3), ppi=st.sampled_from((None, 490, 500, 600, 1000)))
def test_anything_gives_scores_between_0_and_1_or_reasons(frames: list[NDArray[np.uint8]], ppi: int | None) -> None:
    memory = MEMORY
    for frame in frames:
        hints, memory = liveness_hints(frame, ppi, memory)
        for hint in hints.hints:
            assert (hint.score is None) == bool(hint.omitted)
            assert hint.score is None or 0.0 <= hint.score <= 1.0
            assert all(np.isfinite(value) for value in hint.evidence.values())
        known = [hint.score for hint in hints.hints if hint.score is not None]
        assert hints.score is None if not known else hints.score is not None and max(known) <= hints.score <= 1.0
