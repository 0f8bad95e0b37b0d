"""The same finger given twice and changed hands are found, each by its name; whatever else happens raises no doubt."""

from __future__ import annotations

import itertools

import pytest

from appliance.fingerprint.comparison import compare
from appliance.fingerprint.template import Template
from appliance.fingerprint.uniqueness import THRESHOLD, Presented, Uniqueness, told_by, uniqueness
from appliance.model.position import Position
from tests.unit.fingerprint.made_finger import make_finger

RIGHT, LEFT, THUMB = Position.RIGHT_INDEX, Position.LEFT_INDEX, Position.RIGHT_THUMB
FINGERS = {position: make_finger(seed) for seed, position in enumerate(Position, start=20)}


def _laid_down(finger: Position, seed: int) -> Template:
    """Each time a little otherwise."""
    turn_deg, shift_px = 9.0 * seed - 20, (7.0 * seed - 10, 12.0 - 5 * seed)
    return FINGERS[finger].impression(turn_deg=turn_deg, shift_px=shift_px, lost=0.1, false=2, jitter_px=1.5, seed=seed)


def _attendance(*given: tuple[Position, Position, int]) -> list[Presented]:
    """`given`: what was asked for, what came, and in which round."""
    return [
        Presented(asked, in_round, attempt, _laid_down(came, attempt))
        for attempt, (asked, came, in_round) in enumerate(given, start=1)
    ]


def _pairs(found: Uniqueness[Presented], which: str) -> list[tuple[Position, int, Position, int]]:
    return [
        (alike.first.position, alike.first.round, alike.second.position, alike.second.round)
        for alike in getattr(found, which)
    ]


def test_ten_fingers_of_one_person_raise_no_doubt() -> None:
    found = uniqueness(_attendance(*((position, position, 1) for position in Position)))
    assert not found.is_doubtful
    assert (found.compared, found.threshold) == (45, THRESHOLD)


def test_the_same_finger_given_as_two_is_found() -> None:
    found = uniqueness(_attendance((RIGHT, RIGHT, 1), (LEFT, RIGHT, 1)))
    assert _pairs(found, "repeated") == [(RIGHT, 1, LEFT, 1)]
    assert found.repeated[0].score >= THRESHOLD
    assert not found.swapped


def test_it_is_found_between_fingers_of_one_hand_and_between_rounds() -> None:
    found = uniqueness(_attendance((RIGHT, RIGHT, 1), (LEFT, LEFT, 1), (THUMB, RIGHT, 2)))
    assert _pairs(found, "repeated") == [(RIGHT, 1, THUMB, 2)]
    assert not found.swapped


def test_an_opposite_finger_that_was_not_asked_for_before_is_one_given_twice() -> None:
    found = uniqueness(_attendance((RIGHT, RIGHT, 1), (LEFT, RIGHT, 2)))
    assert _pairs(found, "repeated") == [(RIGHT, 1, LEFT, 2)]


def test_hands_that_change_places_in_the_next_round_are_swapped_and_not_repeated() -> None:
    found = uniqueness(_attendance((RIGHT, RIGHT, 1), (LEFT, LEFT, 1), (RIGHT, LEFT, 2), (LEFT, RIGHT, 2)))
    assert [{first, second} for first, _, second, _ in _pairs(found, "swapped")] == [{RIGHT, LEFT}]
    assert not found.repeated


def test_one_hand_taken_again_with_the_other_hands_finger_is_swapped() -> None:
    found = uniqueness(_attendance((RIGHT, RIGHT, 1), (LEFT, LEFT, 1), (RIGHT, LEFT, 2)))
    assert _pairs(found, "swapped") == [(LEFT, 1, RIGHT, 2)]
    assert not found.repeated


def test_other_attempts_and_rounds_of_a_position_are_not_held_against_it() -> None:
    found = uniqueness(_attendance((RIGHT, RIGHT, 1), (RIGHT, RIGHT, 1), (LEFT, LEFT, 1), (RIGHT, RIGHT, 2)))
    assert not found.is_doubtful
    assert found.compared == 3


def test_a_finger_given_twice_in_many_attempts_is_said_once_by_its_strongest_pair() -> None:
    presented = _attendance((RIGHT, RIGHT, 1), (LEFT, RIGHT, 1), (LEFT, RIGHT, 1), (LEFT, RIGHT, 1))
    found = uniqueness(presented)
    scores = [compare(presented[0].template, other.template).score for other in presented[1:]]
    assert [alike.score for alike in found.repeated] == [pytest.approx(max(scores))]


def test_the_order_in_which_they_are_handed_over_does_not_matter() -> None:
    presented = _attendance((RIGHT, RIGHT, 1), (LEFT, LEFT, 1), (RIGHT, LEFT, 2))
    expected = uniqueness(presented)
    for order in itertools.permutations(presented):
        assert uniqueness(order) == expected


@pytest.mark.parametrize("count", [0, 1])
def test_less_than_two_impressions_are_unique(count: int) -> None:
    found = uniqueness(_attendance(*[(RIGHT, RIGHT, 1)][:count]))
    assert found == Uniqueness((), (), 0, THRESHOLD)


def test_a_threshold_that_nothing_reaches_finds_nothing() -> None:
    assert not uniqueness(_attendance((RIGHT, RIGHT, 1), (LEFT, RIGHT, 1)), threshold=1.01).is_doubtful


def test_a_finger_has_an_opposite_and_its_number_in_records() -> None:
    assert [position.number for position in Position] == list(range(1, 11))
    assert (RIGHT.opposite, LEFT.opposite, THUMB.opposite) == (LEFT, RIGHT, Position.LEFT_THUMB)


def _score(one: Presented, other: Presented) -> float:
    return compare(one.template, other.template).score


def test_what_does_not_count_raises_no_doubt_but_says_what_a_position_was_before() -> None:
    presented = _attendance((RIGHT, RIGHT, 1), (LEFT, LEFT, 1), (RIGHT, LEFT, 2))
    found = told_by(presented, _score, counts=lambda one: one is not presented[0])
    assert _pairs(found, "swapped") == [(LEFT, 1, RIGHT, 2)]
    assert found.compared == 1
    assert not told_by(presented, _score, counts=lambda one: one is not presented[2]).is_doubtful


def test_a_pair_that_nobody_compared_is_neither_counted_nor_doubted() -> None:
    found = told_by(_attendance((RIGHT, RIGHT, 1), (LEFT, RIGHT, 1)), lambda _one, _other: None)
    assert (found.compared, found.is_doubtful) == (0, False)


def test_hands_that_have_both_changed_places_are_swapped_though_nothing_of_before_counts_any_more() -> None:
    given = _attendance((RIGHT, RIGHT, 1), (LEFT, LEFT, 1), (RIGHT, LEFT, 2), (LEFT, RIGHT, 2))
    found = told_by(given, _score, counts=lambda one: one.round == 2)
    assert _pairs(found, "swapped") == [(RIGHT, 2, LEFT, 2)]
    assert not found.repeated


def test_a_wrong_finger_that_was_taken_again_rightly_is_no_change_of_places() -> None:
    given = _attendance((RIGHT, LEFT, 1), (LEFT, LEFT, 1), (RIGHT, RIGHT, 2))
    found = told_by(given, _score, counts=lambda one: (one.position, one.round) in ((RIGHT, 2), (LEFT, 1)))
    assert not found.is_doubtful


def test_of_several_pairs_the_one_that_is_preferred_stands_for_them() -> None:
    given = _attendance((RIGHT, RIGHT, 1), (LEFT, RIGHT, 1), (LEFT, RIGHT, 1))
    scores = {frozenset((1, 2)): 0.9, frozenset((1, 3)): 0.5}
    found = told_by(
        given,
        lambda one, other: scores.get(frozenset((one.attempt, other.attempt))),
        prefers=lambda one: one.attempt != 2,
    )
    assert [(alike.first.attempt, alike.second.attempt) for alike in found.repeated] == [(1, 3)]


def _score(one: Presented, other: Presented) -> float:
    return compare(one.template, other.template).score
