"""An alarm on a face advises: it stops nothing, and the technician says what it means, for the record."""

from __future__ import annotations

import msgspec
import pytest

from appliance.attendance.commands import request_seal, rule_on_liveness
from appliance.attendance.face_doubts import doubted_faces
from appliance.attendance.recording import recorded
from appliance.attendance.state import Attendance, apply, replay
from appliance.attendance.target import Phase
from appliance.errors import AttendanceError
from appliance.model.attendance import Attempted, Decided, Decision, Event, Step, event_from_bytes, event_to_bytes
from appliance.model.liveness import Hint, LivenessFinding, LivenessHints, OverruleReason
from appliance.model.manifest import Manifest, SoftwareRecord
from appliance.model.verdict import CaptureKind
from appliance.package.canonical import manifest_from_bytes, manifest_to_bytes
from appliance.package.consistency import contradictions
from tests.unit.attendance.makers import AT, WHO, attempt, entered, noticed, opened

replace = msgspec.structs.replace
OVERRULED, JUSTIFIED = LivenessFinding.OVERRULED, LivenessFinding.JUSTIFIED
SEEN = OverruleReason.PERSON_SEEN
LATER = "2026-11-24T10:05:00.000Z"


def hints(score: float) -> LivenessHints:
    return LivenessHints(hints=(Hint(code="still-picture", score=score),), score=score, algorithm="hints")


def face_only() -> Attendance:
    start = opened(fingers=(), signature=False)
    return replay([replace(start, plan=replace(start.plan, document=False)), entered(), noticed()])


def taken(attendance: Attendance, *tries: tuple[int, float]) -> Attendance:
    """Attempts at the face one after another: the picture's score, and that of its hints."""
    for score, doubt in tries:
        target = attendance.target("face")
        assert target is not None
        made = attempt(target, score)
        assert made.part is not None
        part = replace(made.part, name=f"face-{attendance.length}.png")
        made = replace(
            made, part=part, liveness=hints(doubt), started_at=f"2026-11-24T10:00:{attendance.length:02}.000Z"
        )
        attendance = apply(attendance, Attempted(at=AT, technician_id=WHO, target="face", attempt=made))
    return attendance


def ruled(
    attendance: Attendance, finding: LivenessFinding, reason: OverruleReason | None = None, *, number: int = 1
) -> Attendance:
    """As a technician does it, through the journal's bytes."""
    event: Event = rule_on_liveness(attendance, "face", 1, number, finding, reason, at=LATER, technician_id="rui")
    return apply(attendance, event_from_bytes(event_to_bytes(event)))


def manifest_of(attendance: Attendance) -> Manifest:
    software = SoftwareRecord(name="claim-kiosk", version="0")
    made = recorded(attendance, package_id="p", created_at=AT, software=software, sandbox=False)
    manifest = manifest_from_bytes(manifest_to_bytes(made.manifest))
    assert contradictions(manifest) == ()
    assert len(made.stored) == len(manifest.parts)
    return manifest


def test_an_alarm_stops_nothing() -> None:
    attendance = taken(face_only(), (80, 0.9))
    assert [(target.name, doubted.number) for target, doubted in doubted_faces(attendance)] == [("face", 1)]
    assert attendance.step is Step.REVIEW
    assert request_seal(attendance, "p", at=AT, technician_id=WHO).package_id == "p"


def test_hints_below_the_alarm_are_recorded_and_nothing_is_asked_of_the_technician() -> None:
    attendance = taken(face_only(), (80, 0.45))
    assert not list(doubted_faces(attendance))
    (made,) = manifest_of(attendance).attempts
    assert made.liveness_hints is not None
    assert (made.liveness_hints.score, made.liveness_hints.alarm, made.liveness_ruling) == (0.45, False, None)
    assert made.liveness_hints.pad == "not-performed"


def test_an_alarm_that_is_overruled_is_recorded_with_who_when_and_why_and_the_picture_is_sent() -> None:
    attendance = ruled(taken(face_only(), (80, 0.9)), OVERRULED, SEEN)
    assert attendance.step is Step.REVIEW
    manifest = manifest_of(attendance)
    (made,) = manifest.attempts
    assert made.liveness_ruling is not None
    assert msgspec.to_builtins(made.liveness_ruling) == {
        "finding": "overruled",
        "reason": "person-seen",
        "technician_id": "rui",
        "at": LATER,
    }
    assert [capture.part for capture in manifest.captures] == [made.part]


def test_an_alarm_that_is_found_justified_ends_that_picture_and_another_is_asked_for() -> None:
    attendance = ruled(taken(face_only(), (80, 0.9)), JUSTIFIED)
    target = attendance.target("face")
    assert target is not None
    assert (attendance.step, target.phase, target.round, target.best) == (Step.FACE, Phase.CAPTURE, 2, None)
    manifest = manifest_of(taken(attendance, (60, 0.0)))
    ended, kept = manifest.attempts
    assert [(a.round, a.number) for a in manifest.attempts] == [(1, 1), (2, 1)]
    assert ended.liveness_ruling is not None
    assert ended.liveness_ruling.finding is JUSTIFIED
    assert ended.part == "attempts/0-face.png", "the image is kept on alarm"
    assert [(capture.part, capture.quality) for capture in manifest.captures] == [(kept.part, 60)]


def test_one_of_several_that_is_found_justified_leaves_the_others_to_be_used() -> None:
    attendance = ruled(taken(face_only(), (12, 0.9), (10, 0.0)), JUSTIFIED)
    target = attendance.target("face")
    assert target is not None
    assert target.best is not None
    assert target.best.verdict.score == 10
    used = apply(attendance, Decided(at=AT, technician_id=WHO, target="face", decision=Decision.USE))
    assert used.step is Step.REVIEW
    assert [capture.quality for capture in manifest_of(used).captures] == [10]


def test_a_picture_that_was_not_chosen_goes_along_where_a_hint_raised_an_alarm_and_else_does_not() -> None:
    attendance = taken(face_only(), (12, 0.9), (14, 0.1), (80, 0.0))
    manifest = manifest_of(attendance)
    assert [made.part for made in manifest.attempts] == ["attempts/0-face.png", None, "captures/face.png"]
    assert {part.name for part in manifest.parts} == {"attempts/0-face.png", "captures/face.png"}


def test_a_later_finding_replaces_an_earlier_one() -> None:
    attendance = ruled(taken(face_only(), (80, 0.9)), OVERRULED, OverruleReason.ROOM)
    attendance = ruled(attendance, OVERRULED, SEEN)
    (made,) = manifest_of(attendance).attempts
    assert made.liveness_ruling is not None
    assert made.liveness_ruling.reason is SEEN
    assert ruled(attendance, JUSTIFIED).step is Step.FACE


@pytest.mark.parametrize(
    ("attendance", "finding", "reason", "number", "code"),
    [
        (taken(face_only(), (80, 0.4)), OVERRULED, SEEN, 1, "no-liveness-alarm"),
        (taken(face_only(), (80, 0.9)), OVERRULED, SEEN, 2, "no-liveness-alarm"),
        (ruled(taken(face_only(), (80, 0.9)), JUSTIFIED), OVERRULED, SEEN, 1, "no-liveness-alarm"),
        (taken(face_only(), (12, 0.9), (80, 0.0)), JUSTIFIED, None, 1, "no-liveness-alarm"),
        (taken(face_only(), (80, 0.9)), OVERRULED, None, 1, "overrule-reason"),
        (taken(face_only(), (80, 0.9)), JUSTIFIED, SEEN, 1, "overrule-reason"),
    ],
    ids=["no alarm", "no such attempt", "ended already", "another is chosen", "without a reason", "a reason too much"],
)
def test_what_nobody_may_say_of_an_alarm(
    attendance: Attendance, finding: LivenessFinding, reason: OverruleReason | None, number: int, code: str
) -> None:
    with pytest.raises(AttendanceError) as refused:
        rule_on_liveness(attendance, "face", 1, number, finding, reason, at=AT, technician_id=WHO)
    assert refused.value.code == code


def test_nothing_is_said_of_an_alarm_once_the_attendance_is_frozen() -> None:
    attendance = taken(face_only(), (80, 0.9))
    frozen = apply(attendance, request_seal(attendance, "p", at=AT, technician_id=WHO))
    with pytest.raises(AttendanceError) as refused:
        rule_on_liveness(frozen, "face", 1, 1, OVERRULED, SEEN, at=AT, technician_id=WHO)
    assert refused.value.code == "attendance-frozen"


def test_what_is_no_face_has_no_face_s_hints_in_the_record() -> None:
    start = opened(fingers=(), signature=False)
    attendance = replay([replace(start, plan=replace(start.plan, face=False)), entered(), noticed()])
    target = attendance.waiting_target
    assert target is not None
    made = Attempted(at=AT, technician_id=WHO, target=target.name, attempt=attempt(target, 80))
    (record,) = manifest_of(apply(attendance, made)).attempts
    assert (record.kind, record.liveness_hints) == (CaptureKind.DOCUMENT, None)


def test_a_face_of_an_earlier_version_of_this_box_was_not_asked() -> None:
    attendance = face_only()
    target = attendance.waiting_target
    assert target is not None
    made = Attempted(at=AT, technician_id=WHO, target=target.name, attempt=attempt(target, 80))
    (record,) = manifest_of(apply(attendance, made)).attempts
    assert record.liveness_hints is not None
    assert (record.liveness_hints.omitted, record.liveness_hints.hints) == ("not-asked", ())
