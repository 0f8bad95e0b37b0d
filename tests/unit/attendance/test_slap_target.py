"""A placement of several fingers: which impression of each is kept, when it is done, what may be decided."""

from __future__ import annotations

import pytest

from appliance.attendance.target import Exemption, Leniency, Phase, Target, placement_target
from appliance.attendance.turns import after_attempt, after_damage, after_decision, after_exemption, under, under_six
from appliance.model.attendance import Decision, ExemptionReason
from appliance.model.placement import Placement
from appliance.model.verdict import NOT_JUDGED
from tests.unit.attendance.slaps import RIGHT, slap

GOOD = dict.fromkeys(RIGHT, 60)


@pytest.fixture
def target() -> Target:
    return placement_target(Placement.RIGHT_FOUR, 3)


def tried(target: Target, scores: dict[str, int], *reasons: str) -> Target:
    return after_attempt(target, slap(target, scores, reasons=reasons))


def without(target: Target, position: str, reason: ExemptionReason = ExemptionReason.MISSING) -> Target:
    return after_exemption(target, Exemption(position=position, reason=reason, permanent=True))


def kept(target: Target) -> dict[str, int]:
    return {one.finger.position: one.finger.verdict.score for one in target.kept_fingers}


def test_a_placement_whose_fingers_all_pass_is_done(target: Target) -> None:
    done = tried(target, GOOD)
    assert (done.phase, done.decision, kept(done)) == (Phase.DONE, "automatic", GOOD)


@pytest.mark.parametrize(("finger", "score"), [("index", 29), ("middle", 19), ("ring", 9), ("little", 9)])
def test_each_finger_is_held_to_its_own_threshold(target: Target, finger: str, score: int) -> None:
    assert tried(target, GOOD | {f"right_{finger}": score}).phase is Phase.CAPTURE
    assert tried(target, GOOD | {f"right_{finger}": score + 1}).phase is Phase.DONE


def test_a_finger_may_come_from_an_earlier_placement_than_its_neighbour(target: Target) -> None:
    first = tried(target, GOOD | {"right_ring": 5, "right_index": 80})
    both = tried(first, GOOD | {"right_index": 10, "right_ring": 40})
    assert (both.phase, both.decision) == (Phase.DONE, "automatic")
    assert kept(both) == GOOD | {"right_index": 80, "right_ring": 40}
    assert [one.attempt.number for one in both.kept_fingers] == [1, 2, 2, 2]


def test_three_of_four_is_not_done_however_good_they_are(target: Target) -> None:
    three = dict.fromkeys(RIGHT[:3], 90)
    waiting = tried(target, three, "fingers-missing")
    assert (waiting.phase, kept(waiting)) == (Phase.CAPTURE, three)


def test_a_finger_of_a_doubtful_placement_gives_way_to_one_that_is_sure(target: Target) -> None:
    doubtful = tried(target, dict.fromkeys(RIGHT[:3], 90), "fingers-missing")
    assert kept(tried(doubtful, GOOD)) == GOOD
    other_hand = tried(target, dict.fromkeys(RIGHT, 90), "hand-side-wrong")
    assert other_hand.phase is Phase.CAPTURE
    assert kept(tried(other_hand, {"right_ring": 5}, "fingers-missing"))["right_ring"] == 5


def test_after_three_attempts_the_operator_decides_and_the_best_of_each_finger_is_kept(target: Target) -> None:
    for scores in ({"right_index": 12}, {"right_index": 25}, {"right_index": 20, "right_little": 70}):
        target = tried(target, GOOD | scores)
    assert target.phase is Phase.DECIDE
    assert target.options == (Decision.RECAPTURE, Decision.USE, Decision.RESTART)
    used = after_decision(target, Decision.USE)
    assert (used.phase, used.decision) == (Phase.DONE, "operator")
    assert kept(used) == GOOD | {"right_index": 25, "right_little": 70}


def test_another_round_goes_on_from_what_there_is(target: Target) -> None:
    for _ in range(3):
        target = tried(target, GOOD | {"right_index": 12})
    again = after_decision(target, Decision.RECAPTURE)
    assert (again.round, again.attempts_in_round, again.phase) == (2, 0, Phase.CAPTURE)
    assert kept(again) == GOOD | {"right_index": 12}


@pytest.mark.parametrize("leniency", Leniency)
def test_where_scores_ask_nobody_to_repeat_the_first_whole_hand_is_taken(target: Target, leniency: Leniency) -> None:
    poor = dict.fromkeys(RIGHT, 3)
    taken = tried(under(leniency, target), poor)
    assert (taken.phase, taken.decision, kept(taken)) == (Phase.DONE, leniency.value, poor)


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        (GOOD, "hand-side-wrong"),
        (GOOD, "fingers-too-many"),
        (dict.fromkeys(RIGHT[:3], 90), "fingers-missing"),
        (GOOD | {"right_ring": NOT_JUDGED}, "no-ridges"),
    ],
)
def test_a_hand_that_may_be_another_or_shows_a_finger_less_is_still_the_operators_to_take(
    target: Target, scores: dict[str, int], reason: str
) -> None:
    waiting = tried(under(Leniency.CHILD, target), scores, reason)
    assert (waiting.phase, waiting.chosen) == (Phase.CAPTURE, None)
    assert after_decision(waiting, Decision.USE).decision == "operator"


def test_where_nothing_was_ever_presented_there_is_nothing_to_use(target: Target) -> None:
    for _ in range(3):
        target = after_attempt(target, slap(target, {}, reasons=("nothing-presented",), image=False))
    assert target.options == (Decision.RECAPTURE, Decision.RESTART)


def test_an_exempt_finger_is_not_asked_for_and_not_kept(target: Target) -> None:
    three = without(target, "right_ring")
    assert three.open_fingers == ("right_index", "right_middle", "right_little")
    done = tried(three, dict.fromkeys(three.open_fingers, 60))
    assert done.phase is Phase.DONE
    assert "right_ring" not in kept(done)


def test_exempting_the_one_finger_that_stood_in_the_way_is_the_end_of_it(target: Target) -> None:
    done = without(tried(target, GOOD | {"right_ring": 3}), "right_ring", ExemptionReason.INJURED)
    assert (done.phase, sorted(kept(done))) == (Phase.DONE, sorted(set(RIGHT) - {"right_ring"}))


def test_without_any_finger_left_the_placement_is_exempt(target: Target) -> None:
    for position in RIGHT:
        target = without(target, position)
    assert (target.exempt, target.phase, target.chosen, target.options) == (True, Phase.DONE, None, (Decision.RESTART,))


def test_a_small_childs_placement_is_exempt_as_a_whole(target: Target) -> None:
    assert under_six(tried(target, {"right_index": 5})).exempt


def test_taking_again_what_had_passed_starts_without_it(target: Target) -> None:
    first = tried(target, GOOD | {"right_ring": 5})
    again = after_decision(tried(first, GOOD | {"right_index": 5}), Decision.RECAPTURE)
    assert (kept(again), again.round, len(again.discarded)) == ({}, 2, 2)


def test_a_damaged_image_takes_its_fingers_along_and_no_others(target: Target) -> None:
    first = after_attempt(target, slap(target, GOOD | {"right_ring": 5}, part="first.png"))
    both = after_attempt(first, slap(first, GOOD | {"right_index": 5}, part="second.png"))
    left = after_damage(both, "second.png")
    assert (left.phase, kept(left)) == (Phase.CAPTURE, GOOD | {"right_ring": 5})
    assert len(left.tries) == 2
