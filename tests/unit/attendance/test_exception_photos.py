"""Of a hand of which a finger is missing or injured a picture is taken, where the plan asks for one."""

from __future__ import annotations

import msgspec
import pytest

from appliance.attendance.recording import recorded
from appliance.attendance.state import Attendance, apply, replay
from appliance.model.attendance import Attempted, Decided, Decision, Exempted, ExemptionReason, Step
from appliance.model.manifest import Manifest, SoftwareRecord
from appliance.model.verdict import CaptureKind
from appliance.package.consistency import contradictions
from tests.unit.attendance.makers import AT, WHO, attempt, entered, noticed, opened

PHOTO = "right_hand_exception"


def begun(*, exception_photo: bool = True) -> Attendance:
    start = opened(signature=False)
    plan = msgspec.structs.replace(start.plan, document=False, face=False, exception_photo=exception_photo)
    return replay([msgspec.structs.replace(start, plan=plan), entered(), noticed()])


def exempted(
    attendance: Attendance,
    *positions: str,
    reason: ExemptionReason = ExemptionReason.MISSING,
) -> Attendance:
    for position in positions:
        event = Exempted(
            at=AT, technician_id=WHO, target="right_hand", position=position, reason=reason, permanent=True
        )
        attendance = apply(attendance, event)
    return attendance


def tried(attendance: Attendance, *scores: int) -> Attendance:
    for score in scores:
        target = attendance.waiting_target
        assert target is not None
        made = attempt(target, score, threshold=0 if target.kind is CaptureKind.EXCEPTION_PHOTO else 30)
        assert made.part is not None
        part = msgspec.structs.replace(made.part, name=f"{target.name}-{attendance.length}.png")
        made = msgspec.structs.replace(made, part=part)
        attendance = apply(attendance, Attempted(at=AT, technician_id=WHO, target=target.name, attempt=made))
    return attendance


def waiting(attendance: Attendance) -> str | None:
    return attendance.waiting_target.name if attendance.waiting_target is not None else None


def manifest_of(attendance: Attendance) -> Manifest:
    software = SoftwareRecord(name="claim-kiosk", version="0")
    manifest = recorded(attendance, package_id="p", created_at=AT, software=software, sandbox=True).manifest
    assert contradictions(manifest) == ()
    return manifest


@pytest.mark.parametrize("reason", [ExemptionReason.MISSING, ExemptionReason.INJURED])
def test_it_is_taken_after_its_hand_and_before_the_next(reason: ExemptionReason) -> None:
    attendance = exempted(begun(), "right_index", reason=reason)
    assert waiting(attendance) == "right_hand"
    attendance = tried(attendance, 80)
    assert (waiting(attendance), attendance.step) == (PHOTO, Step.FINGERPRINTS)
    attendance = tried(attendance, 50)
    assert waiting(attendance) == "left_hand"


def test_a_hand_of_which_no_finger_is_left_is_photographed_too() -> None:
    fingers = ("right_index", "right_thumb", "right_middle", "right_ring")
    assert waiting(exempted(begun(), *fingers)) == PHOTO


@pytest.mark.parametrize(
    ("exception_photo", "reason"), [(False, ExemptionReason.MISSING), (True, ExemptionReason.IMPOSSIBLE)]
)
def test_nobody_is_photographed_without_need(exception_photo: bool, reason: ExemptionReason) -> None:
    attendance = exempted(begun(exception_photo=exception_photo), "right_index", reason=reason)
    assert attendance.target(PHOTO) is None


def test_a_small_child_s_hand_is_not_photographed() -> None:
    attendance = apply(begun(), entered("2021-01-01"))
    assert [target.kind for target in attendance.targets] == [CaptureKind.FINGERPRINT] * 2


def test_it_is_a_part_of_its_own_and_on_record_with_its_hand() -> None:
    attendance = tried(exempted(begun(), "right_index"), 80, 50, 80)
    manifest = manifest_of(attendance)
    assert "captures/exception-right.png" in {part.name for part in manifest.parts}
    photo = next(c for c in manifest.captures if c.kind is CaptureKind.EXCEPTION_PHOTO)
    assert (photo.position, photo.part) == ("right_hand", "captures/exception-right.png")
    assert [(a.kind.value, a.position) for a in manifest.attempts] == [
        ("fingerprint", "right_thumb"),
        ("exception-photo", "right_hand"),
        ("fingerprint", "left_index"),
    ]
    assert [(e.position, e.reason, e.permanent) for e in manifest.exemptions] == [
        ("right_index", ExemptionReason.MISSING, True)
    ]
    assert manifest.capture_plan.exception_photo


def test_a_hand_that_is_begun_again_needs_none_and_what_was_taken_is_not_sent() -> None:
    attendance = tried(exempted(begun(), "right_index"), 80, 50, 80)
    again = Decided(at=AT, technician_id=WHO, target="right_hand", decision=Decision.RESTART)
    attendance = tried(apply(attendance, again), 80)
    photo = attendance.target(PHOTO)
    assert photo is not None
    assert (photo.waived, photo.options, attendance.step) == (True, (), Step.REVIEW)
    manifest = manifest_of(attendance)
    assert "captures/exception-right.png" not in {part.name for part in manifest.parts}
    assert len(manifest.attempts) == 4


def test_it_is_asked_for_anew_when_the_finger_turns_out_to_be_missing_after_all() -> None:
    attendance = tried(exempted(begun(), "right_index"), 80, 50)
    again = Decided(at=AT, technician_id=WHO, target="right_hand", decision=Decision.RESTART)
    attendance = tried(exempted(apply(attendance, again), "right_index"), 80)
    photo = attendance.waiting_target
    assert photo is not None
    assert (photo.name, photo.round, photo.attempts_in_round) == (PHOTO, 2, 0)


def test_none_that_was_never_taken_is_left_behind() -> None:
    attendance = exempted(begun(), "right_index")
    again = Decided(at=AT, technician_id=WHO, target="right_hand", decision=Decision.RESTART)
    assert apply(attendance, again).target(PHOTO) is None
