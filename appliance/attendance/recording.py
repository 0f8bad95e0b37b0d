"""An attendance as AIMA will read it: the manifest, and which stored image becomes which part. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from appliance.attendance.capture_records import captures_of, finger_record, position_of
from appliance.attendance.finger_impression import is_single
from appliance.attendance.finger_records import FingerRecords
from appliance.attendance.portrait_records import portrait_record
from appliance.attendance.record_images import images_of, tries_of
from appliance.attendance.state import Attendance
from appliance.attendance.target import Target
from appliance.errors import SealingFailed
from appliance.model.attendance import SignatureUnable, Signed
from appliance.model.capture import Attempt, ImagePart
from appliance.model.manifest import (
    FORMAT,
    VERSION,
    AttemptRecord,
    CentreRecord,
    ExemptionRecord,
    Manifest,
    NoticeRecord,
    PartRecord,
    PlanRecord,
    SignatureRecord,
    SoftwareRecord,
)


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """The manifest, and for each of its parts in the same order what the vault holds."""

    manifest: Manifest
    stored: tuple[ImagePart, ...]


def recorded(
    attendance: Attendance,
    *,
    package_id: str,
    created_at: str,
    software: SoftwareRecord,
    sandbox: bool,
) -> Recorded:
    """A sandbox's package is simulated whatever is in it. Raises SealingFailed when the attendance is incomplete."""
    applicant, notice = attendance.applicant, attendance.notice
    if applicant is None or notice is None:
        raise SealingFailed("This attendance is not complete: it cannot be sealed.")
    tries = tries_of(attendance)
    attempts = [attempt for _, attempt in tries]
    captures = [capture for target in attendance.targets for capture in captures_of(target)]
    images = images_of(captures, attempts)
    fingers = FingerRecords(attendance, attempts)
    parts = list(images.values())
    if isinstance(attendance.signature, Signed):
        parts.append(("signature.json", attendance.signature.part))
    devices = tuple(dict.fromkeys(attempt.device for attempt in attempts))
    opened, centre = attendance.opened, attendance.opened.centre
    manifest = Manifest(
        format=FORMAT,
        version=VERSION,
        package_id=package_id,
        attendance_id=attendance.attendance_id,
        created_at=created_at,
        simulated=sandbox or attendance.simulated,
        software=software,
        centre=CentreRecord(
            centre_id=centre.centre_id,
            post_id=opened.post.post_id,
            protocol_reference=centre.protocol_reference,
            model=centre.model,
        ),
        technician_id=opened.technician_id,
        configuration_version=opened.configuration_version,
        areas=opened.areas,
        capture_plan=PlanRecord(
            plan_id=opened.plan.plan_id,
            document=opened.plan.document,
            face=opened.plan.face,
            portrait=opened.plan.portrait,
            fingers=opened.plan.fingers,
            placements=opened.plan.placements,
            signature=opened.plan.signature,
            use=opened.plan.use,
            exception_photo=opened.plan.exception_photo,
        ),
        age_group=attendance.age_group,
        applicant=applicant.fields,
        representative=applicant.representative,
        notice=NoticeRecord(language=notice.language, shown_at=notice.at, text_sha256=notice.text_sha256),
        devices=devices,
        captures=tuple(capture.record for capture in captures),
        attempts=tuple(
            _attempt_record(target, attempt, fingers, devices.index(attempt.device), images)
            for target, attempt in tries
        ),
        uniqueness=fingers.uniqueness(),
        liveness_hints=fingers.overall_liveness(),
        exemptions=tuple(
            ExemptionRecord(position=known.position, reason=known.reason, permanent=known.permanent)
            for target in attendance.targets
            for known in target.exemptions
        ),
        signature=_signature_record(attendance.signature),
        parts=tuple(
            PartRecord(name=name, media_type=part.media_type, size=part.size, sha256=part.sha256)
            for name, part in parts
        ),
    )
    return Recorded(manifest=manifest, stored=tuple(part for _, part in parts))


def _attempt_record(
    target: Target,
    attempt: Attempt,
    fingers: FingerRecords,
    device_index: int,
    images: Mapping[str, tuple[str, ImagePart]],
) -> AttemptRecord:
    def held(part: ImagePart | None) -> str | None:
        return images[part.name][0] if part is not None and part.name in images else None

    return AttemptRecord(
        kind=attempt.kind,
        position=position_of(target, attempt),
        round=attempt.round,
        number=attempt.number,
        score=attempt.verdict.score,
        reasons=attempt.verdict.reasons,
        measures=attempt.verdict.measures,
        threshold=attempt.threshold,
        started_at=attempt.started_at,
        duration_ms=attempt.duration_ms,
        accepted=attempt.accepted,
        algorithm=attempt.verdict.algorithm,
        fingers=tuple(finger_record(finger, fingers, held(finger.part)) for finger in attempt.fingers),
        technician_id=attempt.technician_id,
        device_id=attempt.device.device_id,
        device_index=device_index,
        part=held(attempt.part),
        resemblance=fingers.resemblance(attempt) if is_single(attempt) else None,
        liveness_hints=fingers.liveness(attempt) if is_single(attempt) else None,
        portrait=portrait_record(attempt.portrait),
    )


def _signature_record(signature: Signed | SignatureUnable | None) -> SignatureRecord | None:
    match signature:
        case Signed():
            return SignatureRecord(part="signature.json", unable_reason=None)
        case SignatureUnable():
            return SignatureRecord(part=None, unable_reason=signature.reason)
        case None:
            return None
