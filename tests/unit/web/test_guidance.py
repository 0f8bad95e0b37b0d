"""What the page recommends, and how steps and hands are drawn: values in, marks out."""

from __future__ import annotations

import msgspec
import pytest

from appliance.attendance.state import Attendance, replay
from appliance.attendance.target import Exemption as Exempt
from appliance.attendance.target import Target, hand_target
from appliance.attendance.turns import after_attempt, after_decision, after_exemption
from appliance.model.attendance import Decision, Event, ExemptionReason
from appliance.model.position import Position
from appliance.model.verdict import NOT_JUDGED
from appliance.web import guidance
from appliance.web.catalogues import read_catalogue
from appliance.web.stepper import fingers_left_out, step_marks
from appliance.web.wording import Wording
from tests.unit.attendance.makers import attempt, entered, noticed, opened


def _tried(target: Target, *scores: int) -> Target:
    for score in scores:
        target = after_attempt(target, attempt(target, score, image=score != NOT_JUDGED))
    return target


@pytest.fixture
def hand() -> Target:
    return hand_target(Position.RIGHT_INDEX, 3)


def test_nothing_is_recommended_while_attempts_are_left(hand: Target) -> None:
    assert guidance.recommended(_tried(hand, 20, 20)) is None


def test_the_next_finger_is_recommended_before_the_best_of_this_one(hand: Target) -> None:
    used_up = _tried(hand, 20, 25, 10)
    assert guidance.choices(used_up) == (
        Decision.FALLBACK, Decision.RECAPTURE, Decision.USE, Decision.RESTART,
    )  # fmt: skip


def test_on_the_last_finger_the_best_of_the_hand_is_recommended(hand: Target) -> None:
    for _ in range(3):
        hand = after_decision(_tried(hand, 9, 8, 7), Decision.FALLBACK)
    last = _tried(hand, 9, 8, 7)
    assert guidance.choices(last)[0] is Decision.USE


def test_where_nothing_was_ever_presented_another_round_is_recommended(hand: Target) -> None:
    for _ in range(3):
        hand = after_decision(_tried(hand, *[NOT_JUDGED] * 3), Decision.FALLBACK)
    assert guidance.recommended(_tried(hand, *[NOT_JUDGED] * 3)) is Decision.RECAPTURE


def test_every_choice_that_is_offered_is_shown(hand: Target) -> None:
    for target in (hand, _tried(hand, 20), _tried(hand, 20, 20, 20), _tried(hand, 90)):
        assert sorted(guidance.choices(target)) == sorted(target.options)


def test_each_attempt_has_a_word_besides_its_colour(hand: Target) -> None:
    bars = guidance.bars(_tried(hand, NOT_JUDGED, 20, 80))
    assert [(bar.word, bar.score) for bar in bars] == [("none", 0), ("weak", 20), ("accepted", 80)]


def test_what_stands_in_the_way_is_said_before_any_score(hand: Target) -> None:
    tried = attempt(hand, 43)
    verdict = msgspec.structs.replace(tried.verdict, reasons=("several-faces",))
    (bar,) = guidance.bars(after_attempt(hand, msgspec.structs.replace(tried, verdict=verdict, accepted=False)))
    assert (bar.word, bar.hints) == ("redo", ("several-faces",))
    t = Wording(read_catalogue("pt"))
    assert t.what_and_what_to_do("face", "several-faces") == ("vê-se mais do que um rosto", "Fique só o requerente.")
    assert t.what_and_what_to_do("document", "nothing-presented") == ("nada foi apresentado a tempo", "")


def test_the_drawn_hand_shows_what_is_asked_for_done_and_missing(hand: Target) -> None:
    def states(target: Target) -> dict[str, str]:
        return {finger.finger: finger.state for finger in guidance.hands(target)[0].fingers}

    assert states(hand) == {"thumb": "rest", "index": "asked", "middle": "rest", "ring": "rest", "little": "rest"}
    gone = Exempt(position="right_index", reason=ExemptionReason.MISSING, permanent=True)
    without = after_exemption(hand, gone)
    assert (states(without)["index"], states(without)["thumb"]) == ("exempt", "asked")
    done = _tried(without, 80)
    assert (states(done)["index"], states(done)["thumb"]) == ("exempt", "done")


def _walked(
    *events: Event, fingers: tuple[str, ...] = ("right_index", "left_index"), signature: bool = True
) -> Attendance:
    return replay([opened(fingers=fingers, signature=signature), *events])


def test_the_steps_are_the_plans_and_stand_where_the_attendance_stands() -> None:
    marks = step_marks(_walked(entered(), noticed(), fingers=("right_index",), signature=False))
    assert [(mark.step, mark.state) for mark in marks] == [
        ("applicant", "done"),
        ("notice", "done"),
        ("document", "current"),
        ("face", "later"),
        ("fingerprints", "later"),
        ("review", "later"),
    ]


def test_a_child_under_six_has_no_step_for_fingers() -> None:
    child = _walked(entered("2023-01-01"))
    assert fingers_left_out(child)
    assert "fingerprints" not in [mark.step for mark in step_marks(child)]
    assert not fingers_left_out(_walked(entered("1990-01-01")))
