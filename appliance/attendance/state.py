"""The attendance as a value: its journal folded into what is so now. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from appliance.attendance.age import age_group, age_years
from appliance.attendance.exception_photos import with_exception_photos
from appliance.attendance.planned import planned, suited
from appliance.attendance.target import Exemption, Phase, Target
from appliance.attendance.turns import after_attempt, after_damage, after_decision, after_exemption, after_ruling
from appliance.errors import StorageCorrupted
from appliance.model.attendance import (
    Abandoned,
    ApplicantEntered,
    Attempted,
    Decided,
    Event,
    Exempted,
    ExemptionReason,
    LivenessRuled,
    MrzRead,
    NoticeShown,
    Opened,
    PartDamaged,
    Sealed,
    SealRequested,
    SignatureUnable,
    SignatureWithdrawn,
    Signed,
    Step,
)
from appliance.model.liveness import LivenessRuling
from appliance.model.manifest import AgeGroup
from appliance.model.verdict import CaptureKind


class Attendance(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known of one attendance; `length` is the number of events behind it, `changed_at` the last's.

    `package_id` is its package's for good, from the first request to seal it.
    """

    opened: Opened
    changed_at: str
    length: int = 1
    mrz: MrzRead | None = None
    applicant: ApplicantEntered | None = None
    notice: NoticeShown | None = None
    targets: tuple[Target, ...] = ()
    signature: Signed | SignatureUnable | None = None
    seal_requested: SealRequested | None = None
    package_id: str = ""
    sealed: Sealed | None = None
    abandoned: Abandoned | None = None

    @property
    def attendance_id(self) -> str:
        return self.opened.attendance_id

    @property
    def step(self) -> Step:
        """The first thing that is not done; it follows from the rest and is stored nowhere."""
        if self.abandoned is not None:
            return Step.ABANDONED
        if self.sealed is not None:
            return Step.SEALED
        if self.seal_requested is not None:
            return Step.SEALING
        if self.applicant is None:
            return Step.APPLICANT
        if self.notice is None:
            return Step.NOTICE
        waiting = self.waiting_target
        if waiting is not None:
            return _STEP_OF_KIND[waiting.kind]
        if self.opened.plan.signature and self.signature is None:
            return Step.SIGNATURE
        return Step.REVIEW

    @property
    def waiting_target(self) -> Target | None:
        return next((target for target in self.targets if target.phase is not Phase.DONE), None)

    def target(self, name: str) -> Target | None:
        return next((target for target in self.targets if target.name == name), None)

    @property
    def applicant_years(self) -> int | None:
        """On the day on which the attendance was opened."""
        field = self.applicant.fields.get(self.opened.birth_date_field) if self.applicant is not None else None
        return age_years(field.value, date.fromisoformat(self.opened.at[:10])) if field is not None else None

    @property
    def age_group(self) -> AgeGroup:
        return age_group(self.applicant_years)

    @property
    def simulated(self) -> bool:
        """Whether anything in it was seen by no sensor."""
        attempts = [attempt for target in self.targets for attempt in target.tries]
        signed = isinstance(self.signature, Signed) and self.signature.simulated
        return signed or any(attempt.device.simulated for attempt in attempts)


_STEP_OF_KIND = {
    CaptureKind.DOCUMENT: Step.DOCUMENT,
    CaptureKind.FACE: Step.FACE,
    CaptureKind.FINGERPRINT: Step.FINGERPRINTS,
    CaptureKind.EXCEPTION_PHOTO: Step.FINGERPRINTS,
}


def _with_target(attendance: Attendance, changed: Target) -> tuple[Target, ...]:
    return tuple(changed if target.name == changed.name else target for target in attendance.targets)


def apply(attendance: Attendance | None, event: Event) -> Attendance:
    """The attendance after one more event. Raises StorageCorrupted for a journal that no attendance can have."""
    if isinstance(event, Opened):
        if attendance is not None:
            raise StorageCorrupted(
                "An attendance's journal opens twice: it cannot be continued.", code="journal-damaged"
            )
        return Attendance(opened=event, changed_at=event.at, targets=planned(event))
    if attendance is None:
        raise StorageCorrupted(
            "An attendance's journal lacks its start: it cannot be continued.", code="journal-damaged"
        )
    replace = msgspec.structs.replace
    now = replace(attendance, length=attendance.length + 1, changed_at=event.at)
    match event:
        case ApplicantEntered():
            signature = now.signature if _says_the_same(now.applicant, event) else None
            entered = replace(now, applicant=event, signature=signature)
            return _with_photos(
                replace(entered, targets=suited(entered.targets, entered.opened, entered.applicant_years))
            )
        case MrzRead():
            return replace(now, mrz=event)
        case NoticeShown():
            return replace(now, notice=event)
        case Signed() | SignatureUnable():
            return replace(now, signature=event)
        case SignatureWithdrawn():
            return replace(now, signature=None)
        case SealRequested():
            return replace(now, seal_requested=event, package_id=event.package_id)
        case PartDamaged():
            return _without(now, event.part)
        case Sealed():
            return replace(now, sealed=event)
        case Abandoned():
            return replace(now, abandoned=event)
        case Attempted() | Decided() | Exempted() | LivenessRuled():
            return _with_photos(replace(now, targets=_with_target(now, _changed_target(now, event))))


def _with_photos(attendance: Attendance) -> Attendance:
    if not attendance.opened.plan.exception_photo:
        return attendance
    return msgspec.structs.replace(attendance, targets=with_exception_photos(attendance.targets))


def _says_the_same(before: ApplicantEntered | None, after: ApplicantEntered) -> bool:
    """Who signed, or said why not, did so for these data and this representative; for others they are asked again."""
    return before is not None and (before.fields, before.representative) == (after.fields, after.representative)


def _without(attendance: Attendance, part: str) -> Attendance:
    signature = attendance.signature
    if isinstance(signature, Signed) and signature.part.name == part:
        signature = None
    targets = tuple(after_damage(target, part) for target in attendance.targets)
    return msgspec.structs.replace(attendance, seal_requested=None, signature=signature, targets=targets)


def _changed_target(attendance: Attendance, event: Attempted | Decided | Exempted | LivenessRuled) -> Target:
    target = attendance.target(event.target)
    if target is None:
        raise StorageCorrupted(
            "An attendance's journal names a capture that it does not have: it cannot be continued.",
            code="journal-damaged",
        )
    match event:
        case Attempted():
            made = msgspec.structs.replace(event.attempt, technician_id=event.technician_id)
            return after_attempt(target, made)
        case Decided():
            return after_decision(target, event.decision)
        case Exempted():
            exemption = Exemption(
                position=event.position, reason=ExemptionReason(event.reason), permanent=event.permanent
            )
            return after_exemption(target, exemption)
        case LivenessRuled():
            ruling = LivenessRuling(
                at=event.at, technician_id=event.technician_id, finding=event.finding, reason=event.reason
            )
            return after_ruling(target, event.round, event.number, ruling)


def replay(events: Iterable[Event]) -> Attendance:
    """Folds a whole journal. Raises StorageCorrupted when it is empty or impossible."""
    attendance: Attendance | None = None
    for event in events:
        attendance = apply(attendance, event)
    if attendance is None:
        raise StorageCorrupted("An attendance's journal is empty: it cannot be continued.", code="journal-damaged")
    return attendance
