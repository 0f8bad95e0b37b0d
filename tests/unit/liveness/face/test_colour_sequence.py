"""What the screen may show: by chance, and never three flashes a second."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import UsageError
from appliance.liveness.face.colour_sequence import COLOURS, ColourSequence, drawn

A, B, C = COLOURS[:3]


@given(st.integers(0, 2**32), st.integers(1, 40), st.floats(-1e6, 1e6))
def test_what_is_drawn_never_flashes_and_never_repeats_a_colour_at_once(seed: int, count: int, starts_s: float) -> None:
    sequence = drawn(random.Random(seed), count, starts_s)
    assert len(sequence.colours) == count
    assert all(one != other for one, other in itertools.pairwise(sequence.colours))
    for start in sequence.starts_s:
        changes = sum(start <= other < start + 1.0 for other in sequence.starts_s)
        assert changes / 2 < 3


@pytest.mark.parametrize(
    ("colours", "starts_s"),
    [
        ((A, B) * 3, (0.0, 0.16, 0.33, 0.5, 0.66, 0.83)),
        ((A, B, C), (0.0, 0.5, 0.5)),
        ((A, B, C), (0.0, 1.0, 0.5)),
        ((A, B), (0.0, float("nan"))),
        ((A, B), (0.0,)),
        ((A, (255, 0, 0)), (0.0, 1.0)),
        ((A, (200, 30, 30)), (0.0, 1.0)),
    ],
    ids=["six changes a second", "at once", "backwards", "no time", "a time missing", "red", "a saturated red"],
)
def test_what_could_harm_somebody_cannot_be_made(
    colours: tuple[tuple[int, int, int], ...], starts_s: tuple[float, ...]
) -> None:
    with pytest.raises(UsageError) as refused:
        ColourSequence(colours, starts_s, 9.0)
    assert refused.value.code == "screen-light-flashes"


def test_a_dwell_that_is_too_short_is_refused_when_drawn() -> None:
    with pytest.raises(UsageError):
        drawn(random.Random(1), 12, 0.0, dwell_s=0.15)


def test_each_colour_is_shown_from_its_start_on() -> None:
    sequence = ColourSequence((A, B), (1.0, 2.0), 3.0)
    assert [sequence.at(t) for t in (0.9, 1.0, 1.9, 2.0, 2.9, 3.0)] == [None, A, A, B, B, None]


def test_colours_differ_from_one_drawing_to_the_next() -> None:
    assert len({drawn(random.Random(seed), 8, 0.0).colours for seed in range(50)}) == 50
