"""Which image is the best: what stands in its way weighs more than its score."""

from __future__ import annotations

import pytest

from appliance.attendance.ranking import best_attempt
from appliance.attendance.target import face_target, hand_target
from appliance.model.capture import Attempt
from appliance.model.position import Position
from tests.unit.attendance.makers import attempt

RIGHT = hand_target(Position.RIGHT_INDEX, 3)
FACE = face_target(3)


def best(*attempts: Attempt) -> Attempt:
    found = best_attempt(attempts)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("first", "second", "wins"),
    [
        ("right_index", "right_thumb", "right_index"),
        ("right_thumb", "right_index", "right_index"),
        ("right_thumb", "right_middle", "right_thumb"),
        ("right_middle", "right_ring", "right_middle"),
        ("right_ring", "right_little", "right_ring"),
        ("right_little", "right_index", "right_index"),
        ("right_index", "right_little", "right_index"),
    ],
)
def test_ties_go_to_index_then_thumb_then_middle_then_ring_then_little(first: str, second: str, wins: str) -> None:
    assert best(attempt(RIGHT, 20, position=first), attempt(RIGHT, 20, position=second)).position == wins


def test_two_faces_with_a_high_score_lose_to_one_face_with_a_low_one() -> None:
    two = attempt(FACE, 90, threshold=40, reasons=("several-faces",))
    one = attempt(FACE, 39, threshold=40)
    assert best(two, one) is one
    assert best(one, two) is one


def test_fewer_reasons_win_then_the_score() -> None:
    three = attempt(FACE, 80, reasons=("several-faces", "too-dark", "blurred"))
    dark, blurred = attempt(FACE, 20, reasons=("too-dark",)), attempt(FACE, 30, reasons=("blurred",))
    assert best(three, dark, blurred) is blurred


def test_what_was_accepted_wins_over_a_clean_picture_that_was_not() -> None:
    accepted = attempt(FACE, 30, threshold=30)
    assert best(accepted, attempt(FACE, 39, threshold=40)) is accepted


def test_of_equals_the_newest_wins() -> None:
    newer = attempt(FACE, 20)
    assert best(attempt(FACE, 20), newer) is newer


@pytest.mark.parametrize("reasons", [(), ("too-dark", "blurred")])
def test_an_image_that_cannot_be_judged_ranks_below_every_score(reasons: tuple[str, ...]) -> None:
    judged = attempt(RIGHT, 0, reasons=reasons)
    assert best(attempt(RIGHT, 255), judged) is judged
    assert best(judged, attempt(RIGHT, 255)) is judged


def test_an_attempt_without_an_image_is_never_the_best() -> None:
    assert best_attempt((attempt(RIGHT, 255, image=False),)) is None
