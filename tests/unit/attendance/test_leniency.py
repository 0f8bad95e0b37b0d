"""Where a score asks nobody to repeat: under evaluation, and of a child. Scores are recorded as ever."""

from __future__ import annotations

import msgspec
import pytest

from appliance.attendance.recording import recorded
from appliance.attendance.state import Attendance, apply, replay
from appliance.attendance.target import Leniency, Phase, Target, document_target, hand_target
from appliance.attendance.turns import after_attempt, after_decision, under
from appliance.model.attendance import Attempted, Decided, Decision, Opened
from appliance.model.configuration import CaptureRules
from appliance.model.manifest import AgeGroup, CaptureDecision, Manifest, SoftwareRecord
from appliance.model.position import Position
from appliance.model.verdict import NOT_JUDGED
from tests.unit.attendance.makers import AT, WHO, attempt, entered, noticed, opened
from tests.unit.attendance.slaps import RIGHT, THRESHOLDS, slap

CHILD, ADULT, SMALL = "2016-01-01", "2001-01-01", "2021-01-01"


def one_hand(*, evaluation_only: bool = False, document: bool = False) -> Opened:
    start = opened(fingers=("right_index",), signature=False)
    plan = msgspec.structs.replace(start.plan, document=document, face=False)
    return msgspec.structs.replace(start, plan=plan, rules=CaptureRules(evaluation_only=evaluation_only))


def tried(attendance: Attendance, *scores: int) -> Attendance:
    for score in scores:
        target = attendance.waiting_target
        assert target is not None
        made = attempt(target, score)
        attendance = apply(attendance, Attempted(at=AT, technician_id=WHO, target=target.name, attempt=made))
    return attendance


def hand(attendance: Attendance) -> Target:
    target = attendance.target("right_hand")
    assert target is not None
    return target


def manifest_of(attendance: Attendance) -> Manifest:
    software = SoftwareRecord(name="claim-kiosk", version="0")
    return recorded(attendance, package_id="p", created_at=AT, software=software, sandbox=True).manifest


@pytest.mark.parametrize(
    ("start", "birth_date", "decision"),
    [
        (one_hand(evaluation_only=True), ADULT, CaptureDecision.EVALUATION_ONLY),
        (one_hand(), CHILD, CaptureDecision.CHILD),
        (one_hand(evaluation_only=True), CHILD, CaptureDecision.CHILD),
    ],
    ids=["evaluation", "child", "both"],
)
def test_the_first_attempt_s_best_is_taken_whatever_its_score(
    start: Opened, birth_date: str, decision: CaptureDecision
) -> None:
    attendance = tried(replay([start, entered(birth_date), noticed()]), 3)
    assert attendance.waiting_target is None
    manifest = manifest_of(attendance)
    (capture,) = manifest.captures
    assert (capture.quality, capture.threshold, capture.accepted, capture.decision) == (3, 30, False, decision)
    assert [(made.score, made.accepted) for made in manifest.attempts] == [(3, False)]


def test_what_meets_the_threshold_says_so_and_by_which_rule_it_was_taken() -> None:
    attendance = tried(replay([one_hand(evaluation_only=True), entered(ADULT), noticed()]), 80)
    (capture,) = manifest_of(attendance).captures
    assert (capture.accepted, capture.decision) == (True, CaptureDecision.EVALUATION_ONLY)


@pytest.mark.parametrize(
    ("birth_date", "group"),
    [("2014-11-25", AgeGroup.CHILD), ("2014-11-24", AgeGroup.ADULT), (ADULT, AgeGroup.ADULT), ("", AgeGroup.UNKNOWN)],
)
def test_twelve_years_on_the_day_are_no_child_s(birth_date: str, group: AgeGroup) -> None:
    assert replay([one_hand(), entered(birth_date)]).age_group is group


def test_before_anybody_is_known_the_age_is_not_guessed() -> None:
    attendance = replay([one_hand()])
    assert (attendance.age_group, hand(attendance).leniency) == (AgeGroup.UNKNOWN, None)


def test_the_record_keeps_children_s_scores_apart() -> None:
    for birth_date, group in ((CHILD, AgeGroup.CHILD), (ADULT, AgeGroup.ADULT)):
        assert manifest_of(tried(replay([one_hand(), entered(birth_date), noticed()]), 80)).age_group is group


def test_an_image_that_could_not_be_judged_shows_nothing_that_could_be_taken() -> None:
    attendance = tried(replay([one_hand(), entered(CHILD), noticed()]), NOT_JUDGED)
    assert hand(attendance).phase is Phase.CAPTURE
    assert hand(tried(attendance, NOT_JUDGED, NOT_JUDGED)).options[-2:] == (Decision.USE, Decision.RESTART)
    assert hand(tried(attendance, 4)).decision == Leniency.CHILD


@pytest.mark.parametrize(
    ("evaluation_only", "birth_date", "decision"),
    [(True, ADULT, CaptureDecision.EVALUATION_ONLY), (False, CHILD, CaptureDecision.CHILD)],
)
def test_of_several_fingers_at_once_the_first_placement_is_taken_whatever_the_scores(
    evaluation_only: bool, birth_date: str, decision: CaptureDecision
) -> None:
    start = one_hand(evaluation_only=evaluation_only)
    plan = msgspec.structs.replace(start.plan, fingers=(), placements=("right_four",))
    attendance = replay([msgspec.structs.replace(start, plan=plan), entered(birth_date), noticed()])
    target = attendance.waiting_target
    assert target is not None
    made = slap(target, dict.fromkeys(RIGHT, 3))
    attendance = apply(attendance, Attempted(at=AT, technician_id=WHO, target="right_four", attempt=made))
    assert attendance.waiting_target is None
    captures = manifest_of(attendance).captures
    assert [(capture.position, capture.quality, capture.threshold) for capture in captures] == [
        (position, 3, THRESHOLDS[position]) for position in RIGHT
    ]
    assert {(capture.accepted, capture.decision) for capture in captures} == {(False, decision)}


def test_a_document_is_asked_for_again_as_ever() -> None:
    attendance = tried(replay([one_hand(evaluation_only=True, document=True), entered(CHILD), noticed()]), 3)
    waiting = attendance.waiting_target
    assert waiting is not None
    assert (waiting.name, waiting.phase, waiting.leniency) == ("document", Phase.CAPTURE, None)


def test_the_technician_may_still_ask_for_a_better_one_and_the_best_stays() -> None:
    attendance = tried(replay([one_hand(), entered(CHILD), noticed()]), 9)
    again = Decided(at=AT, technician_id=WHO, target="right_hand", decision=Decision.RECAPTURE)
    attendance = tried(apply(attendance, again), 5)
    chosen = hand(attendance).chosen
    assert chosen is not None
    assert (chosen.verdict.score, hand(attendance).decision) == (9, Leniency.CHILD)


def test_a_child_under_six_is_still_asked_for_no_finger() -> None:
    attendance = replay([one_hand(), entered(SMALL), noticed()])
    assert (hand(attendance).exempt, hand(attendance).chosen) == (True, None)


def test_a_corrected_birth_date_that_makes_a_child_of_them_takes_what_there_is() -> None:
    attendance = tried(replay([one_hand(), entered(ADULT), noticed()]), 12, 20, 8)
    assert hand(attendance).phase is Phase.DECIDE
    corrected = hand(apply(attendance, entered(CHILD)))
    assert corrected.chosen is not None
    assert (corrected.chosen.verdict.score, corrected.decision) == (20, Leniency.CHILD)


@pytest.mark.parametrize(("score", "phase", "decision"), [(12, Phase.CAPTURE, ""), (80, Phase.DONE, "automatic")])
def test_a_corrected_birth_date_that_makes_an_adult_of_them_asks_for_an_adult_s_score(
    score: int, phase: Phase, decision: str
) -> None:
    attendance = tried(replay([one_hand(), entered(CHILD), noticed()]), score)
    corrected = hand(apply(attendance, entered(ADULT)))
    assert (corrected.phase, corrected.decision) == (phase, decision)


def test_what_an_operator_decided_no_rule_undoes() -> None:
    target = hand_target(Position.RIGHT_INDEX, 3)
    used = after_decision(after_attempt(target, attempt(target, 12)), Decision.USE)
    assert under(None, under(Leniency.CHILD, used)).decision == "operator"


def test_a_target_that_nobody_is_lenient_about_is_as_before() -> None:
    target = document_target(3)
    assert under(None, target) == target
