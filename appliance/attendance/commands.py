"""What a technician may ask of an attendance, and the event that follows; or the named reason why not. Pure.

Every function takes the attendance and returns the event to append. They raise AttendanceError:
`attendance-step` (not now), `attendance-frozen` (sealed or abandoned), `applicant-fields`, `target-unknown`,
`decision-not-offered`, `exemption-not-possible`, `reason-missing`, `no-liveness-alarm`, `overrule-reason`,
`no-presence-check`, `no-screen-light`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from appliance.attendance.face_doubts import doubted_faces
from appliance.attendance.state import Attendance
from appliance.attendance.target import Phase, Target
from appliance.documents.mrz_countries import COUNTRY_CODES
from appliance.errors import AttendanceError
from appliance.model.applicant import FieldValue, Origin, Representative
from appliance.model.attendance import (
    Abandoned,
    ApplicantEntered,
    Decided,
    Decision,
    Exempted,
    ExemptionReason,
    LivenessRuled,
    NoticeShown,
    SealRequested,
    SignatureUnable,
    SignatureWithdrawn,
    Step,
)
from appliance.model.configuration import FieldKind, FieldRule
from appliance.model.liveness import LivenessFinding, OverruleReason
from appliance.model.verdict import CaptureKind

LONGEST_VALUE = 200

FROZEN = (Step.SEALING, Step.SEALED, Step.ABANDONED)


def require_open(attendance: Attendance) -> None:
    """Refuses whatever would change an attendance that is sealed, being sealed or abandoned."""
    if attendance.step in FROZEN:
        raise AttendanceError(
            "This attendance is closed: nothing in it can be changed any more.", code="attendance-frozen"
        )


def require_step(attendance: Attendance, *steps: Step) -> None:
    require_open(attendance)
    if attendance.step not in steps:
        raise AttendanceError(f"This is not possible now: the attendance is at the step “{attendance.step.value}”.")


def check_fields(rules: Sequence[FieldRule], fields: Mapping[str, FieldValue], on: date) -> None:
    """The applicant's fields against the signed schema, on a day. The error names the schema's fields, never what was
    typed: a field that the schema does not have may be named by anything."""
    strange = fields.keys() - {rule.name for rule in rules}
    wrong: list[str] = []
    for rule in rules:
        value = fields[rule.name].value.strip() if rule.name in fields else ""
        if not value:
            if rule.required:
                wrong.append(rule.name)
        elif len(value) > rule.max_length or not _of_kind(rule.kind, value) or _unborn(rule, value, on):
            wrong.append(rule.name)
    if wrong or strange:
        named = f"Please check these fields: {', '.join(wrong)}." if wrong else "This post asks for other fields."
        raise AttendanceError(named, code="applicant-fields", fields=tuple(wrong))


def _of_kind(kind: FieldKind, value: str) -> bool:
    match kind:
        case FieldKind.TEXT:
            return value.isprintable()
        case FieldKind.DATE:
            try:
                date.fromisoformat(value)
            except ValueError:
                return False
            return len(value) == len("2000-01-01")
        case FieldKind.COUNTRY:
            return value in COUNTRY_CODES
        case FieldKind.SEX:
            return value in ("F", "M", "X")


def _unborn(rule: FieldRule, value: str, on: date) -> bool:
    """A birth date to come would make a small child of the applicant, and waive every finger."""
    return rule.mrz == "birth_date" and rule.kind is FieldKind.DATE and value > on.isoformat()


def with_origin(attendance: Attendance, values: Mapping[str, str]) -> dict[str, FieldValue]:
    """Each value with where it came from: the MRZ's as long as it still says what the MRZ says."""
    read = attendance.mrz.fields if attendance.mrz is not None else {}
    typed = {name: value.strip() for name, value in values.items() if value.strip()}
    return {
        name: FieldValue(value=value, origin=Origin.MRZ if read.get(name) == value else Origin.TECHNICIAN)
        for name, value in typed.items()
    }


def enter_applicant(
    attendance: Attendance,
    values: Mapping[str, str],
    representative: Representative | None,
    *,
    at: str,
    technician_id: str,
) -> ApplicantEntered:
    """Allowed until sealing: what was typed wrong can be put right at any step."""
    require_open(attendance)
    if long := tuple(sorted(name for name, value in values.items() if len(value) > LONGEST_VALUE)):
        raise AttendanceError("A field is too long: please check what was typed.", code="applicant-fields", fields=long)
    kept = with_origin(attendance, values)
    check_fields(attendance.opened.applicant_fields, kept, date.fromisoformat(at[:10]))
    if representative is not None:
        check_representative(representative)
    return ApplicantEntered(at=at, technician_id=technician_id, fields=kept, representative=representative)


def check_representative(representative: Representative) -> None:
    """A name and a proof of standing, each plain text that the record can hold."""
    given = {"representative_name": representative.name, "representative_proof": representative.proof}
    wrong = tuple(
        name for name, text in given.items() if not text.strip() or len(text) > LONGEST_VALUE or not text.isprintable()
    )
    if wrong:
        raise AttendanceError(
            "A representative needs a name and the document that proves their standing, "
            f"each of at most {LONGEST_VALUE} characters.",
            code="applicant-fields",
            fields=wrong,
        )


def show_notice(attendance: Attendance, language: str, text_sha256: str, *, at: str, technician_id: str) -> NoticeShown:
    require_step(attendance, Step.NOTICE)
    return NoticeShown(at=at, technician_id=technician_id, language=language, text_sha256=text_sha256)


def target_to_capture(attendance: Attendance, name: str) -> Target:
    """The target that may be captured now, or the reason why it may not."""
    require_step(attendance, Step.DOCUMENT, Step.FACE, Step.FINGERPRINTS)
    target = known_target(attendance, name)
    waiting = attendance.waiting_target
    if waiting is None or waiting.name != name or target.phase is not Phase.CAPTURE:
        raise AttendanceError("This capture is not asked for now: follow the steps on the page.")
    return target


def require_presence_check(target: Target, *, possible: bool) -> None:
    """`possible`: the box can see what is done. Only a face can be asked."""
    if target.kind is not CaptureKind.FACE or not possible:
        raise AttendanceError(
            "Whether the person is there cannot be checked here: take the picture as usual.", code="no-presence-check"
        )


def require_screen_light(attendance: Attendance, *, checks_presence: bool) -> None:
    """The colours are part of the check of presence, and shown where AIMA's configuration says so."""
    if not (checks_presence and attendance.opened.rules.screen_light):
        raise AttendanceError(
            "Colours are not shown on this screen: have the presence checked without them.", code="no-screen-light"
        )


def known_target(attendance: Attendance, name: str) -> Target:
    target = attendance.target(name)
    if target is None:
        raise AttendanceError("This attendance's plan does not ask for that capture.", code="target-unknown")
    return target


def decide(attendance: Attendance, name: str, decision: Decision, *, at: str, technician_id: str) -> Decided:
    """The operator's choice; only what the target offers, and only once the applicant has seen the notice."""
    require_step(attendance, Step.DOCUMENT, Step.FACE, Step.FINGERPRINTS, Step.SIGNATURE, Step.REVIEW)
    target = known_target(attendance, name)
    if decision not in target.options:
        raise AttendanceError("This choice is not offered for that capture now.", code="decision-not-offered")
    return Decided(at=at, technician_id=technician_id, target=name, decision=decision)


def exempt(
    attendance: Attendance,
    name: str,
    position: str,
    reason: ExemptionReason,
    *,
    permanent: bool,
    at: str,
    technician_id: str,
) -> Exempted:
    """A finger that cannot be given: missing, injured or impossible, for good or for now."""
    require_step(attendance, Step.DOCUMENT, Step.FACE, Step.FINGERPRINTS)
    target = known_target(attendance, name)
    if (
        target.kind is not CaptureKind.FINGERPRINT
        or position not in target.open_fingers
        or target.phase is Phase.DONE
        or reason is ExemptionReason.UNDER_SIX
    ):
        raise AttendanceError("That finger cannot be exempted now.", code="exemption-not-possible")
    return Exempted(
        at=at, technician_id=technician_id, target=name, position=position, reason=reason, permanent=permanent
    )


def rule_on_liveness(
    attendance: Attendance,
    name: str,
    round_number: int,
    number: int,
    finding: LivenessFinding,
    reason: OverruleReason | None,
    *,
    at: str,
    technician_id: str,
) -> LivenessRuled:
    """Of an alarm on a face that is chosen or competes: overruled for a reason, or justified, which needs none."""
    require_step(attendance, Step.DOCUMENT, Step.FACE, Step.FINGERPRINTS, Step.REVIEW)
    target = known_target(attendance, name)
    doubted = [attempt for of, attempt in doubted_faces(attendance) if of is target]
    if not any((attempt.round, attempt.number) == (round_number, number) for attempt in doubted):
        raise AttendanceError(
            "There is no hint on that picture that could be decided on now.", code="no-liveness-alarm"
        )
    if (reason is None) != (finding is LivenessFinding.JUSTIFIED):
        raise AttendanceError("Say why the hint means nothing.", code="overrule-reason")
    return LivenessRuled(
        at=at,
        technician_id=technician_id,
        target=name,
        round=round_number,
        number=number,
        finding=finding,
        reason=reason,
    )


def unable_to_sign(attendance: Attendance, reason: str, *, at: str, technician_id: str) -> SignatureUnable:
    require_step(attendance, Step.SIGNATURE)
    if not reason.strip():
        raise AttendanceError("Say why there is no signature.", code="reason-missing")
    return SignatureUnable(at=at, technician_id=technician_id, reason=reason.strip()[:LONGEST_VALUE])


def withdraw_signature(attendance: Attendance, *, at: str, technician_id: str) -> SignatureWithdrawn:
    require_step(attendance, Step.REVIEW)
    if attendance.signature is None:
        raise AttendanceError("There is no signature to be given again.", code="signature-missing")
    return SignatureWithdrawn(at=at, technician_id=technician_id)


def request_seal(attendance: Attendance, package_id: str, *, at: str, technician_id: str) -> SealRequested:
    require_step(attendance, Step.REVIEW)
    return SealRequested(at=at, technician_id=technician_id, package_id=package_id)


def may_be_abandoned(attendance: Attendance, *, packaged: bool) -> bool:
    """At every step until its package is queued (`packaged`): a sealing that cannot succeed must not keep the data."""
    return attendance.step not in FROZEN or (attendance.step is Step.SEALING and not packaged)


def abandon(attendance: Attendance, reason: str, *, packaged: bool, at: str, technician_id: str) -> Abandoned:
    if not may_be_abandoned(attendance, packaged=packaged):
        require_open(attendance)
    return Abandoned(at=at, technician_id=technician_id, reason=reason.strip()[:LONGEST_VALUE] or "not-stated")
