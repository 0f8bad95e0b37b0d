"""Rounds, fallbacks and the choice among attempts (BSI TR-03121-3 vol. 2 §4.6.2, §5.4.5.1.3)."""

from __future__ import annotations

from appliance.attendance.target import Exemption, Phase, Target, hand_target
from appliance.attendance.turns import after_attempt, after_decision, after_exemption
from appliance.model.attendance import Decision, ExemptionReason
from appliance.model.position import Position, candidates
from tests.unit.attendance.makers import attempt

RIGHT = hand_target(Position.RIGHT_INDEX, 3)


def attempted(target: Target, *scores: int) -> Target:
    for score in scores:
        target = after_attempt(target, attempt(target, score))
    return target


def exempted(target: Target, *positions: str) -> Target:
    for position in positions:
        exemption = Exemption(position=position, reason=ExemptionReason.MISSING, permanent=True)
        target = after_exemption(target, exemption)
    return target


def test_a_hand_falls_back_to_thumb_middle_and_ring() -> None:
    assert [p.value for p in candidates(Position.LEFT_INDEX)] == [
        "left_index",
        "left_thumb",
        "left_middle",
        "left_ring",
    ]


def test_a_plan_may_ask_for_another_finger_first() -> None:
    assert [p.finger for p in candidates(Position.RIGHT_MIDDLE)] == ["middle", "index", "thumb", "ring"]


def test_the_first_attempt_that_passes_ends_the_target() -> None:
    done = attempted(RIGHT, 12, 55)
    assert done.phase is Phase.DONE
    assert done.chosen is not None
    assert done.chosen.verdict.score == 55


def test_a_used_up_round_waits_for_the_operator() -> None:
    spent = attempted(RIGHT, 12, 8, 20)
    assert spent.phase is Phase.DECIDE
    assert spent.options == (Decision.FALLBACK, Decision.RECAPTURE, Decision.USE, Decision.RESTART)


def test_using_the_best_takes_the_highest_score_of_the_hand() -> None:
    spent = attempted(after_decision(attempted(RIGHT, 12, 25, 20), Decision.FALLBACK), 7, 9, 11)
    used = after_decision(spent, Decision.USE)
    assert used.chosen is not None
    assert (used.chosen.position, used.chosen.verdict.score) == ("right_index", 25)


def test_a_new_round_starts_at_one_and_keeps_what_was_taken() -> None:
    again = after_decision(attempted(RIGHT, 12, 8, 20), Decision.RECAPTURE)
    assert (again.phase, again.round, again.attempts_in_round) == (Phase.CAPTURE, 2, 0)
    assert again.best is not None


def test_recapturing_after_the_choice_asks_for_the_chosen_finger_again() -> None:
    thumb = attempted(after_decision(attempted(RIGHT, 1, 2, 3), Decision.FALLBACK), 60)
    again = after_decision(thumb, Decision.RECAPTURE)
    assert (again.position, again.round, again.phase) == ("right_thumb", 2, Phase.CAPTURE)


def test_restart_forgets_for_the_choice_but_not_for_the_record() -> None:
    fresh = after_decision(attempted(RIGHT, 12, 8, 20), Decision.RESTART)
    assert (fresh.attempts, fresh.position, fresh.phase) == ((), "right_index", Phase.CAPTURE)
    assert len(fresh.discarded) == 3


def test_a_missing_finger_moves_on_at_once() -> None:
    assert exempted(RIGHT, "right_index").position == "right_thumb"


def test_a_hand_with_no_finger_left_is_exempt() -> None:
    none = exempted(RIGHT, "right_index", "right_thumb", "right_middle", "right_ring")
    assert none.exempt
    assert none.phase is Phase.DONE
    assert none.chosen is None


def test_the_hands_best_is_used_when_the_fallbacks_turn_out_to_be_missing() -> None:
    hand = after_decision(attempted(RIGHT, 10, 14, 12), Decision.FALLBACK)
    hand = exempted(hand, "right_thumb", "right_middle", "right_ring")
    assert hand.phase is Phase.DONE
    assert hand.chosen is not None
    assert hand.chosen.verdict.score == 14


def test_a_hand_without_any_image_returns_to_the_finger_that_is_there() -> None:
    hand = RIGHT
    for _ in range(3):
        hand = after_attempt(hand, attempt(hand, 255, image=False))
    hand = exempted(after_decision(hand, Decision.FALLBACK), "right_thumb", "right_middle", "right_ring")
    assert (hand.position, hand.round, hand.phase) == ("right_index", 2, Phase.CAPTURE)
