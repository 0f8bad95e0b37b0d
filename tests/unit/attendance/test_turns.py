"""What becomes of a target: nothing is sent of a finger that is not there, and no round is counted twice."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.attendance.target import Exemption, Phase, Target, face_target, hand_target
from appliance.attendance.turns import (
    after_attempt,
    after_damage,
    after_decision,
    after_exemption,
    not_under_six,
    under_six,
)
from appliance.model.attendance import Decision, ExemptionReason
from appliance.model.capture import Attempt
from appliance.model.position import Position
from tests.unit.attendance.makers import attempt

RIGHT = hand_target(Position.RIGHT_INDEX, 3)
FACE = face_target(3)
INDEX, THUMB, MIDDLE, RING = ("right_index", "right_thumb", "right_middle", "right_ring")


def attempted(target: Target, *scores: int) -> Target:
    for score in scores:
        target = after_attempt(target, attempt(target, score))
    return target


def decided(target: Target, *decisions: Decision) -> Target:
    for decision in decisions:
        assert decision in target.options
        target = after_decision(target, decision)
    return target


def exempted(target: Target, reason: ExemptionReason, *positions: str) -> Target:
    for position in positions:
        target = after_exemption(target, Exemption(position=position, reason=reason, permanent=True))
    return target


def chosen(target: Target) -> tuple[str | None, int]:
    assert target.chosen is not None
    return target.chosen.position, target.chosen.verdict.score


def numbered(target: Target) -> list[tuple[str | None, int, int]]:
    return [(a.position, a.round, a.number) for a in target.tries]


def test_an_image_of_a_finger_that_turns_out_to_be_missing_is_never_used() -> None:
    hand = exempted(attempted(RIGHT, 25), ExemptionReason.MISSING, INDEX)
    assert (hand.position, hand.best, Decision.USE in hand.options) == (THUMB, None, False)
    hand = decided(attempted(hand, 5), Decision.USE)
    assert chosen(hand) == (THUMB, 5)
    assert len(hand.attempts) == 2


def test_an_earlier_image_of_an_injured_finger_may_be_used() -> None:
    hand = exempted(attempted(RIGHT, 25), ExemptionReason.INJURED, INDEX)
    assert chosen(decided(attempted(hand, 5), Decision.USE)) == (INDEX, 25)


def test_a_hand_without_a_finger_left_sends_the_best_of_the_injured_ones_and_none_of_the_missing() -> None:
    hand = exempted(attempted(RIGHT, 25), ExemptionReason.MISSING, INDEX)
    hand = exempted(attempted(hand, 5), ExemptionReason.INJURED, THUMB)
    hand = exempted(attempted(hand, 7), ExemptionReason.MISSING, MIDDLE, RING)
    assert (hand.phase, hand.decision, chosen(hand)) == (Phase.DONE, "best-of-hand", (THUMB, 5))
    assert hand.options == (Decision.RESTART,)
    assert exempted(attempted(RIGHT, 25), ExemptionReason.MISSING, INDEX, THUMB, MIDDLE, RING).chosen is None


def test_recapturing_an_injured_fingers_image_asks_for_a_finger_that_can_be_given() -> None:
    hand = exempted(attempted(RIGHT, 25), ExemptionReason.INJURED, INDEX)
    again = decided(attempted(hand, 5), Decision.USE, Decision.RECAPTURE)
    assert (again.position, again.round, again.phase) == (THUMB, 2, Phase.CAPTURE)


def test_a_damaged_image_of_an_injured_finger_is_replaced_from_a_finger_that_can_be_given() -> None:
    hand = exempted(named(attempted(RIGHT, 25), "index.png"), ExemptionReason.INJURED, INDEX)
    hand = decided(attempted(hand, 5), Decision.USE)
    again = after_damage(hand, "index.png")
    assert (again.position, again.round, again.phase) == (THUMB, 2, Phase.CAPTURE)


def test_a_damaged_image_of_a_hand_that_can_give_no_other_is_replaced_by_its_next_best() -> None:
    hand = exempted(named(attempted(RIGHT, 25), "index.png"), ExemptionReason.INJURED, INDEX)
    hand = exempted(attempted(hand, 5), ExemptionReason.INJURED, THUMB, MIDDLE, RING)
    assert chosen(hand) == (INDEX, 25)
    assert chosen(after_damage(hand, "index.png")) == (THUMB, 5)


def named(target: Target, part: str) -> Target:
    """The target with its last attempt's image under a name of its own."""
    *before, last = target.attempts
    assert last.part is not None
    renamed = msgspec.structs.replace(last, part=msgspec.structs.replace(last.part, name=part))
    return msgspec.structs.replace(target, attempts=(*before, renamed))


def test_a_damaged_image_that_was_not_chosen_is_missed_by_nobody() -> None:
    first = named(attempted(RIGHT, 12), "first.png")
    done = attempted(first, 80)
    left = after_damage(done, "first.png")
    assert (left.chosen, left.phase) == (done.chosen, Phase.DONE)
    assert [made.part is None for made in left.tries] == [True, False]
    passed = named(msgspec.structs.replace(RIGHT, attempts=(attempt(RIGHT, 80),)), "first.png").attempts[0]
    let_go = attempted(after_decision(after_attempt(RIGHT, passed), Decision.RECAPTURE), 60)
    assert [made.part is None for made in after_damage(let_go, "first.png").tries] == [True, False]


def test_what_passed_and_is_asked_for_again_competes_no_more_and_stays_on_record() -> None:
    again = decided(attempted(FACE, 95), Decision.RECAPTURE)
    assert (again.attempts, [a.verdict.score for a in again.discarded]) == ((), [95])
    assert chosen(attempted(again, 60)) == (None, 60)
    assert chosen(decided(attempted(again, 20), Decision.USE)) == (None, 20)


def test_what_never_passed_goes_on_competing_over_all_rounds() -> None:
    used = decided(attempted(FACE, 12, 28, 20), Decision.RECAPTURE)
    assert chosen(decided(attempted(used, 5, 6, 7), Decision.USE)) == (None, 28)
    again = decided(used, Decision.USE, Decision.RECAPTURE)
    assert chosen(decided(attempted(again, 5), Decision.USE)) == (None, 28)


def test_a_restart_counts_on_from_the_highest_round_used() -> None:
    fresh = decided(attempted(RIGHT, 1, 2, 3), Decision.RESTART)
    assert (fresh.position, fresh.round, fresh.attempts_in_round) == (INDEX, 2, 0)
    again = attempted(decided(attempted(fresh, 4, 5, 6), Decision.RECAPTURE), 7)
    assert [a.round for a in again.tries] == [1, 1, 1, 2, 2, 2, 3]
    assert len(set(numbered(again))) == 7


def test_a_fallback_after_a_restart_counts_on_as_well() -> None:
    thumb = attempted(decided(attempted(RIGHT, 1, 2, 3), Decision.FALLBACK), 4)
    thumb = attempted(decided(attempted(decided(thumb, Decision.RESTART), 1, 2, 3), Decision.FALLBACK), 5)
    assert [(a.round, a.number) for a in thumb.tries if a.position == THUMB] == [(1, 1), (2, 1)]


def test_a_corrected_birth_date_counts_on_from_the_highest_round_used() -> None:
    again = not_under_six(under_six(attempted(RIGHT, 1, 2)))
    assert (again.position, again.round, again.phase) == (INDEX, 2, Phase.CAPTURE)
    assert len(set(numbered(attempted(again, 3, 4)))) == 4


def test_no_fallback_leads_to_a_finger_whose_round_is_used_up() -> None:
    hand = attempted(RIGHT, 9, 2, 3)
    for _ in range(2):
        hand = attempted(decided(hand, Decision.FALLBACK), 1, 2, 3)
    index = attempted(decided(hand, Decision.USE, Decision.RECAPTURE), 1, 2, 3)
    ring = decided(index, Decision.FALLBACK)
    assert (ring.position, ring.phase) == (RING, Phase.CAPTURE)


def test_a_fallback_goes_on_with_a_round_that_was_begun() -> None:
    thumb = attempted(decided(attempted(RIGHT, 9, 2, 3), Decision.FALLBACK), 1)
    index = attempted(decided(thumb, Decision.USE, Decision.RECAPTURE), 1, 2, 3)
    thumb = decided(index, Decision.FALLBACK)
    assert (thumb.position, thumb.round, thumb.attempts_in_round) == (THUMB, 1, 1)


STEPS = st.one_of(
    st.tuples(st.just("attempt"), st.sampled_from([0, 10, 29, 80, 255])),
    st.tuples(st.just("decide"), st.integers(0, 3)),
    st.tuples(st.just("exempt"), st.sampled_from([INDEX, THUMB, MIDDLE, RING])),
    st.tuples(st.just("injure"), st.sampled_from([INDEX, THUMB, MIDDLE, RING])),
    st.tuples(st.just("birth-date"), st.booleans()),
)


def _walked(target: Target, step: tuple[str, int | str | bool]) -> Target:
    match step:
        case ("attempt", int(score)) if target.phase is Phase.CAPTURE:
            return after_attempt(target, attempt(target, score))
        case ("decide", int(choice)) if target.options:
            decision = target.options[choice % len(target.options)]
            changed = after_decision(target, decision)
            assert decision is Decision.USE or changed.phase is Phase.CAPTURE
            return changed
        case ("exempt" | "injure" as how, str(finger)) if (
            target.phase is not Phase.DONE and finger not in target.exempt_positions
        ):
            reason = ExemptionReason.MISSING if how == "exempt" else ExemptionReason.INJURED
            return exempted(target, reason, finger)
        case ("birth-date", bool(small)):
            return under_six(target) if small else not_under_six(target)
    return target


@given(st.lists(STEPS, max_size=40))
def test_whatever_is_done_the_record_stays_one_that_can_be_true(steps: list[tuple[str, int | str | bool]]) -> None:
    target, made = RIGHT, 0
    for step in steps:
        before = target
        target = _walked(target, step)
        made += step[0] == "attempt" and target is not before
        missing = {e.position for e in target.exemptions if e.reason is ExemptionReason.MISSING}
        assert target.chosen is None or target.chosen.position not in missing
        assert target.exempt or target.position not in target.exempt_positions
        assert len(target.tries) == made == len(set(numbered(target)))
        assert max(_a_round(target.tries).values(), default=0) <= target.attempts_per_round


def _a_round(tries: tuple[Attempt, ...]) -> Counter[tuple[str | None, int]]:
    return Counter((attempt.position, attempt.round) for attempt in tries)


@pytest.mark.parametrize("reason", [ExemptionReason.INJURED, ExemptionReason.IMPOSSIBLE])
def test_only_a_finger_that_is_not_there_contradicts_its_image(reason: ExemptionReason) -> None:
    hand = exempted(attempted(RIGHT, 25), reason, INDEX)
    assert hand.best is not None
