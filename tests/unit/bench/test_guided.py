"""The bench's simulated people: they follow the one instruction that stands there, late, and know nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bench.presentations.guided import LASTS_S, LOOK_S, REACTION_S, Guided, Posture

SEATED_S = 2.0


def _seated(seed: int = 1) -> Guided:
    guided = Guided(np.random.default_rng(seed))
    guided.at(SEATED_S)
    return guided


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_a_person_sits_down_within_the_first_second_or_so_and_then_stays(seed: int) -> None:
    guided = Guided(np.random.default_rng(seed))
    above, seated = guided.at(0.0), guided.at(SEATED_S)
    assert seated.y - above.y == pytest.approx(1.5)
    assert guided.at(60.0) == seated
    assert Guided(np.random.default_rng(seed)).at(0.0) == above


@pytest.mark.parametrize(
    ("code", "of", "way"),
    [
        ("turn-left", "yaw_deg", 1),
        ("turn-right", "yaw_deg", -1),
        ("chin-up", "pitch_deg", 1),
        ("chin-down", "pitch_deg", -1),
        ("move-left", "x", 1),
        ("move-right", "x", -1),
        ("move-down", "y", 1),
        ("move-up", "y", -1),
        ("closer", "size", 1),
        ("further", "size", -1),
    ],
)
def test_an_instruction_moves_what_it_says_and_nothing_else(code: str, of: str, way: int) -> None:
    guided = _seated()
    before = guided.at(SEATED_S)
    guided.hear(code, SEATED_S)
    after = guided.at(SEATED_S + REACTION_S[1] + LASTS_S[1])
    for name in Posture.__slots__:
        moved = getattr(after, name) - getattr(before, name)
        assert np.sign(round(moved, 6)) == (way if name == of else 0), name


def test_nobody_moves_before_they_have_reacted() -> None:
    guided = _seated()
    before = guided.at(SEATED_S)
    guided.hear("closer", SEATED_S)
    assert guided.at(SEATED_S + REACTION_S[0] - 0.01) == before


def test_who_is_still_told_the_same_does_it_again() -> None:
    once, again = _seated(), _seated()
    for guided in (once, again):
        guided.hear("closer", SEATED_S)
    first = SEATED_S + REACTION_S[1] + LASTS_S[1]
    assert again.at(first + LOOK_S[1] + LASTS_S[1]).size > once.at(first).size


def test_who_is_told_that_it_is_good_ends_the_movement_and_begins_none() -> None:
    guided = _seated()
    guided.hear("closer", SEATED_S)
    moving_s = SEATED_S + REACTION_S[1]
    guided.at(moving_s)
    guided.hear("good", moving_s)
    ended = guided.at(moving_s + LASTS_S[1])
    assert guided.at(moving_s + 30.0) == ended
    assert guided.told == ["closer", "good"]


def test_a_head_that_leans_is_set_straighter_whichever_way_it_leans() -> None:
    for seed in range(20):
        guided = _seated(seed)
        before = guided.at(SEATED_S).roll_deg
        guided.hear("head-tilted", SEATED_S)
        assert abs(guided.at(SEATED_S + REACTION_S[1] + LASTS_S[1]).roll_deg) <= 0.4 * abs(before) + 1e-9


@pytest.mark.parametrize("code", ["blurred", "several-faces", "eyes-closed", ""])
def test_what_tells_nobody_to_move_moves_nobody(code: str) -> None:
    guided = _seated()
    before = guided.at(SEATED_S)
    guided.hear(code, SEATED_S)
    assert guided.at(SEATED_S + 10.0) == before
