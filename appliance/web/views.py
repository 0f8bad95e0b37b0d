"""What a page or a script sees of an attendance: plain data, made from the values. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from appliance.attendance.state import Attendance
from appliance.attendance.target import Target
from appliance.model.attendance import SignatureUnable, Signed
from appliance.model.capture import Attempt, FingerCapture
from appliance.model.device import CareDue, DeviceStatus
from appliance.web.doubts import doubts


def attendance_view(attendance: Attendance, *, capturing: bool) -> dict[str, Any]:
    """The whole attendance without its images. The JSON form of `GET /attendances/{id}`."""
    applicant = attendance.applicant
    return {
        "attendance_id": attendance.attendance_id,
        "opened_at": attendance.opened.at,
        "technician_id": attendance.opened.technician_id,
        "step": attendance.step.value,
        "plan_id": attendance.opened.plan.plan_id,
        "areas": list(attendance.opened.areas),
        "simulated": attendance.simulated,
        "capturing": capturing,
        "mrz": dict(attendance.mrz.fields) if attendance.mrz else {},
        "applicant": {
            name: {"value": field.value, "origin": field.origin.value}
            for name, field in (applicant.fields.items() if applicant else ())
        },
        "representative": (
            {
                "name": applicant.representative.name,
                "standing": applicant.representative.standing.value,
                "proof": applicant.representative.proof,
            }
            if applicant and applicant.representative
            else None
        ),
        "notice": attendance.notice.language if attendance.notice else None,
        "age_group": attendance.age_group.value,
        "doubts": [msgspec.to_builtins(doubt) for doubt in doubts(attendance)],
        "targets": [_target_view(target) for target in attendance.targets if not target.waived],
        "signature": _signature_view(attendance.signature),
        "package_id": attendance.seal_requested.package_id if attendance.seal_requested else None,
        "sha256": attendance.sealed.sha256 if attendance.sealed else None,
        "bytes": attendance.sealed.bytes if attendance.sealed else None,
    }


def _target_view(target: Target) -> dict[str, Any]:
    chosen = target.chosen
    return {
        "name": target.name,
        "kind": target.kind.value,
        "phase": target.phase.value,
        "position": target.position,
        "round": target.round,
        "attempts_in_round": target.attempts_in_round,
        "attempts_per_round": target.attempts_per_round,
        "options": [option.value for option in target.options],
        "exempt": target.exempt,
        "leniency": target.leniency.value if target.leniency is not None else None,
        "exemptions": [{"position": e.position, "reason": e.reason.value} for e in target.exemptions],
        "attempts": [_attempt_view(attempt) for attempt in target.attempts],
        "fingers": [_finger_view(one.finger) for one in target.kept_fingers],
        "chosen": (
            None
            if chosen is None
            else {
                "position": chosen.position,
                "score": chosen.verdict.score,
                "accepted": target.passed,
                "attempts": len([a for a in target.tries if a.position == chosen.position]),
            }
        ),
    }


def _attempt_view(attempt: Attempt) -> dict[str, Any]:
    return {
        "position": attempt.position,
        "round": attempt.round,
        "number": attempt.number,
        "score": attempt.verdict.score,
        "threshold": attempt.threshold,
        "accepted": attempt.accepted,
        "reasons": list(attempt.verdict.reasons),
        "advice": list(attempt.verdict.advice),
        "liveness_hint": attempt.liveness.score if attempt.liveness is not None else None,
        "liveness_ruling": attempt.liveness_ruling.finding.value if attempt.liveness_ruling is not None else None,
        "fingers": [_finger_view(finger) for finger in attempt.fingers],
    }


def _finger_view(finger: FingerCapture) -> dict[str, Any]:
    """Of several fingers at once; `accepted` says that the placement was whole, too."""
    return {
        "position": finger.position,
        "score": finger.verdict.score,
        "threshold": finger.threshold,
        "accepted": finger.accepted,
        "reasons": list(finger.verdict.reasons),
        "liveness_hint": finger.liveness.score if finger.liveness is not None else None,
    }


def _signature_view(signature: Signed | SignatureUnable | None) -> dict[str, Any] | None:
    match signature:
        case Signed():
            return {"signed": True}
        case SignatureUnable():
            return {"signed": False, "reason": signature.reason}
        case None:
            return None


_DETAILED = frozenset(
    {"option-invalid", "device-untrusted", "device-not-found", "model-not-approved", "firmware-not-approved"}
)
"""Errors whose own (English) sentence tells the field engineer more than the page's words do."""


def device_view(status: DeviceStatus, care_due: Iterable[CareDue]) -> dict[str, Any]:
    identity = status.identity
    return {
        "device_id": status.device_id,
        "contract": status.contract.value,
        "profile_id": status.profile_id,
        "state": status.state.value,
        "vendor": identity.vendor if identity else "",
        "model": identity.model if identity else "",
        "firmware_version": identity.firmware_version if identity else "",
        "simulated": identity.simulated if identity else False,
        "error": status.error_code or None,
        "sentence": status.sentence,
        "detail": status.sentence if status.error_code in _DETAILED else "",
        "restarts": status.restarts,
        "host_pid": status.host_pid,
        "frames": status.frames,
        "dropped": status.dropped,
        "care": [
            {"care": one.care.value, "last_at": one.last_at, "due_at": one.due_at, "overdue": one.overdue}
            for one in care_due
            if one.device_id == status.device_id
        ],
    }
