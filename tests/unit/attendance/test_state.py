"""The steps of an attendance follow from its journal, in order, and a closed one stays closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.attendance import commands
from appliance.attendance.age import age_years
from appliance.attendance.state import Attendance, apply, replay
from appliance.attendance.target import Phase
from appliance.errors import AttendanceError, StorageCorrupted
from appliance.model.applicant import FieldValue, Origin, Representative, Standing
from appliance.model.attendance import (
    Abandoned,
    ApplicantEntered,
    Attempted,
    Decision,
    Event,
    Exempted,
    ExemptionReason,
    PartDamaged,
    Sealed,
    SealRequested,
    SignatureUnable,
    Signed,
    Step,
    event_from_bytes,
    event_to_bytes,
)
from appliance.model.capture import ImagePart
from appliance.model.configuration import FieldKind, FieldRule
from tests.unit.attendance.makers import AT, WHO, attempt, entered, noticed, opened


def passing(attendance: Attendance) -> Attempted:
    target = attendance.waiting_target
    assert target is not None
    return Attempted(at=AT, technician_id=WHO, target=target.name, attempt=attempt(target, 80))


def whole_road(attendance: Attendance) -> Event | None:
    """The event that takes an attendance one step on, or None at the end."""
    match attendance.step:
        case Step.APPLICANT:
            return entered()
        case Step.NOTICE:
            return noticed()
        case Step.DOCUMENT | Step.FACE | Step.FINGERPRINTS:
            return passing(attendance)
        case Step.SIGNATURE:
            return SignatureUnable(at=AT, technician_id=WHO, reason="injured")
        case Step.REVIEW:
            return SealRequested(at=AT, technician_id=WHO, package_id="p")
        case Step.SEALING:
            return Sealed(at=AT, technician_id=WHO, package_id="p", sha256="0" * 64, bytes=1)
        case _:
            return None


def walk(until: Step | None = None) -> tuple[list[Event], Attendance]:
    events: list[Event] = [opened()]
    attendance = replay(events)
    while attendance.step is not until and (event := whole_road(attendance)) is not None:
        events.append(event)
        attendance = apply(attendance, event)
    return events, attendance


def test_the_steps_come_in_the_order_of_the_plan() -> None:
    events, _ = walk()
    steps = [replay(events[: i + 1]).step for i in range(len(events))]
    assert steps == [
        Step.APPLICANT,
        Step.NOTICE,
        Step.DOCUMENT,
        Step.FACE,
        Step.FINGERPRINTS,
        Step.FINGERPRINTS,
        Step.SIGNATURE,
        Step.REVIEW,
        Step.SEALING,
        Step.SEALED,
    ]


@given(st.integers(min_value=1, max_value=10))
def test_a_restart_at_any_event_resumes_at_the_same_place(length: int) -> None:
    events, _ = walk()
    stored = [event_to_bytes(event) for event in events[:length]]
    assert replay(map(event_from_bytes, stored)) == replay(events[:length])


def test_a_plan_of_one_finger_asks_for_one_finger() -> None:
    attendance = replay([opened(fingers=("left_index",)), entered(), noticed()])
    assert [target.name for target in attendance.targets] == ["document", "face", "left_hand"]


def test_children_under_six_are_never_asked_for_fingerprints() -> None:
    attendance = replay([opened(), entered("2021-01-01"), noticed()])
    hands = attendance.targets[2:]
    assert {e.reason for hand in hands for e in hand.exemptions} == {ExemptionReason.UNDER_SIX}
    assert [(hand.phase, hand.options) for hand in hands] == [(Phase.DONE, ()), (Phase.DONE, ())]


def test_the_step_passes_once_no_finger_is_left_that_could_be_given() -> None:
    start = opened(signature=False)
    plan = msgspec.structs.replace(start.plan, document=False, face=False)
    attendance = replay([msgspec.structs.replace(start, plan=plan), entered(), noticed()])
    for hand in attendance.targets:
        assert attendance.step is Step.FINGERPRINTS
        for position in hand.positions:
            attendance = apply(
                attendance,
                Exempted(
                    at=AT,
                    technician_id=WHO,
                    target=hand.name,
                    position=str(position),
                    reason=ExemptionReason.IMPOSSIBLE,
                    permanent=True,
                ),
            )
    assert attendance.step is Step.REVIEW


def test_correcting_the_birth_date_brings_the_fingers_back() -> None:
    attendance = replay([opened(), entered("2021-01-01"), entered("2001-01-01")])
    assert [(hand.phase, hand.exemptions) for hand in attendance.targets[2:]] == [(Phase.CAPTURE, ())] * 2


@pytest.mark.parametrize(
    ("birth", "years"), [("2020-11-24", 6), ("2020-11-25", 5), ("1990-01-01", 36), ("unknown", None), ("1990", None)]
)
def test_age_is_counted_in_whole_years(birth: str, years: int | None) -> None:
    assert age_years(birth, date(2026, 11, 24)) == years


CHANGES: list[Callable[[Attendance], object]] = [
    lambda a: commands.show_notice(a, "pt", "", at=AT, technician_id=WHO),
    lambda a: commands.enter_applicant(a, {}, None, at=AT, technician_id=WHO),
    lambda a: commands.target_to_capture(a, "face"),
    lambda a: commands.decide(a, "face", Decision.RECAPTURE, at=AT, technician_id=WHO),
    lambda a: commands.unable_to_sign(a, "x", at=AT, technician_id=WHO),
    lambda a: commands.request_seal(a, "p", at=AT, technician_id=WHO),
    lambda a: commands.abandon(a, "x", packaged=True, at=AT, technician_id=WHO),
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("step", [Step.SEALING, Step.SEALED])
def test_nothing_changes_once_sealing_was_asked_for(step: Step, change: Callable[[Attendance], object]) -> None:
    _, attendance = walk(step)
    with pytest.raises(AttendanceError) as refused:
        change(attendance)
    assert refused.value.code == "attendance-frozen"


def test_an_attendance_can_be_abandoned_at_every_step_until_its_package_is_queued() -> None:
    events, _ = walk(Step.SEALING)
    for length in range(1, len(events) + 1):
        attendance = replay(events[:length])
        event = commands.abandon(attendance, "left", packaged=False, at=AT, technician_id=WHO)
        assert apply(attendance, event).step is Step.ABANDONED


def test_captures_are_taken_in_order_only() -> None:
    _, attendance = walk(Step.DOCUMENT)
    with pytest.raises(AttendanceError):
        commands.target_to_capture(attendance, "face")


def test_nothing_is_captured_before_the_notice_was_shown() -> None:
    _, attendance = walk(Step.NOTICE)
    with pytest.raises(AttendanceError):
        commands.target_to_capture(attendance, "document")


def test_at_review_the_operator_may_still_ask_for_a_better_picture() -> None:
    _, attendance = walk(Step.REVIEW)
    again = apply(attendance, commands.decide(attendance, "face", Decision.RECAPTURE, at=AT, technician_id=WHO))
    assert again.step is Step.FACE
    target = again.target("face")
    assert target is not None
    assert target.phase is Phase.CAPTURE


@pytest.mark.parametrize("position", ["left_little", "right_index", "nose"])
def test_only_a_finger_that_is_asked_for_can_be_exempted(position: str) -> None:
    _, attendance = walk(Step.FINGERPRINTS)
    with pytest.raises(AttendanceError):
        commands.exempt(
            attendance, "left_hand", position, ExemptionReason.MISSING, permanent=True, at=AT, technician_id=WHO
        )


RULES = (
    FieldRule(name="surname", label={}, max_length=10),
    FieldRule(name="birth-date", label={}, kind=FieldKind.DATE, mrz="birth_date"),
    FieldRule(name="nationality", label={}, kind=FieldKind.COUNTRY, required=False),
)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"surname": "SILVA"}, "birth-date"),
        ({"surname": "SILVA", "birth-date": "24.11.1990"}, "birth-date"),
        ({"surname": "SILVA", "birth-date": "20001231"}, "birth-date"),
        ({"surname": "A" * 11, "birth-date": "1990-11-24"}, "surname"),
        ({"surname": "A\x00B", "birth-date": "1990-11-24"}, "surname"),
        ({"surname": "   ", "birth-date": "1990-11-24"}, "surname"),
        ({"surname": "SILVA", "birth-date": "2026-11-25"}, "birth-date"),
        ({"surname": "SILVA", "birth-date": "1990-11-24", "nationality": "prt"}, "nationality"),
        ({"surname": "SILVA", "birth-date": "1990-11-24", "nationality": "ZZ"}, "nationality"),
    ],
)
def test_fields_are_refused_by_name_and_never_by_value(fields: dict[str, str], named: str) -> None:
    values = {name: FieldValue(value=value, origin=Origin.TECHNICIAN) for name, value in fields.items()}
    with pytest.raises(AttendanceError) as refused:
        commands.check_fields(RULES, values, date(2026, 11, 24))
    assert named in refused.value.sentence
    assert all(value not in refused.value.sentence for value in fields.values() if value.strip())


@pytest.mark.parametrize(
    "events", [[], [entered()], [opened(), opened()], [opened(), Abandoned(at=AT, technician_id=WHO, reason="x")][1:]]
)
def test_a_journal_that_no_attendance_can_have_is_named_damaged(events: list[Event]) -> None:
    with pytest.raises(StorageCorrupted) as refused:
        replay(events)
    assert refused.value.code == "journal-damaged"


def test_a_damaged_part_opens_the_attendance_again_for_that_part_alone() -> None:
    attendance = replay([opened(signature=False), entered(), noticed()])
    for number, target in enumerate(attendance.targets):
        made = attempt(target, 90)
        assert made.part is not None
        named = msgspec.structs.replace(made.part, name=f"{number}.png")
        event = Attempted(
            at=AT, technician_id=WHO, target=target.name, attempt=msgspec.structs.replace(made, part=named)
        )
        attendance = apply(attendance, event)
    frozen = apply(attendance, SealRequested(at=AT, technician_id=WHO, package_id="p"))
    assert frozen.step is Step.SEALING

    again = apply(frozen, PartDamaged(at=AT, technician_id=WHO, part="1.png"))

    assert again.step is Step.FACE
    assert [target.chosen is not None for target in again.targets] == [True, False, True, True]
    assert again.package_id == "p"
    damaged = again.targets[1]
    assert (damaged.attempts, len(damaged.discarded), damaged.round) == ((), 1, 2)


def test_a_damaged_signature_is_asked_for_again() -> None:
    part = ImagePart(name="s.json", media_type="application/json", size=1, sha256="0" * 64, crc32=0)
    signed: list[Event] = [
        Signed(at=AT, technician_id=WHO, part=part),
        SealRequested(at=AT, technician_id=WHO, package_id="p"),
    ]
    attendance = replay([opened(), entered(), noticed(), *signed])
    assert apply(attendance, PartDamaged(at=AT, technician_id=WHO, part="s.json")).signature is None
    assert apply(attendance, PartDamaged(at=AT, technician_id=WHO, part="other")).signature == signed[0]


SIGNED = Signed(
    at=AT,
    technician_id=WHO,
    part=ImagePart(name="s.json", media_type="application/json", size=1, sha256="0" * 64, crc32=0),
)
UNABLE = SignatureUnable(at=AT, technician_id=WHO, reason="injured")
SOMEBODY = Representative(name="Rosa", standing=Standing.PARENT, proof="Certidão 12")


@pytest.mark.parametrize("signature", [SIGNED, UNABLE])
@pytest.mark.parametrize(
    "changed", [entered("1990-05-02"), msgspec.structs.replace(entered(), representative=SOMEBODY)]
)
def test_who_signed_is_asked_again_once_the_data_are_others(
    signature: Signed | SignatureUnable, changed: ApplicantEntered
) -> None:
    _, attendance = walk(Step.SIGNATURE)
    signed = apply(attendance, signature)
    assert signed.step is Step.REVIEW
    assert apply(signed, entered()).signature == signature
    again = apply(signed, changed)
    assert (again.signature, again.step) == (None, Step.SIGNATURE)


def test_a_field_that_nobody_asks_for_is_refused_without_a_word_of_it() -> None:
    typed = {"MARIA SECRET": FieldValue(value="x", origin=Origin.TECHNICIAN)}
    with pytest.raises(AttendanceError) as refused:
        commands.check_fields((), typed, date(2026, 11, 26))
    assert (refused.value.code, refused.value.fields) == ("applicant-fields", ())
    assert "MARIA" not in refused.value.sentence
