"""Makes attempts and events for these tests, so that each test states only what it is about."""

from __future__ import annotations

from appliance.attendance.target import Target
from appliance.model.applicant import FieldValue, Origin
from appliance.model.attendance import ApplicantEntered, NoticeShown, Opened
from appliance.model.capture import Attempt, DeviceFacts, ImagePart
from appliance.model.configuration import (
    AimaEndpoints,
    CapturePlan,
    CaptureRules,
    Centre,
    CentreModel,
    Configuration,
    FieldKind,
    FieldRule,
    Post,
    Thresholds,
)
from appliance.model.verdict import NOT_JUDGED, Verdict

AT = "2026-11-24T10:00:00.000Z"
WHO = "maria"

DEVICE = DeviceFacts(
    device_id="reader",
    profile_id="simulated-fingerprint",
    driver="simulated-fingerprint",
    vendor="v",
    model="m",
    serial_number="1",
    firmware_version="1",
    simulated=True,
)


def attempt(
    target: Target,
    score: int,
    *,
    position: str | None = None,
    threshold: int = 30,
    image: bool = True,
    reasons: tuple[str, ...] = (),
) -> Attempt:
    """One attempt at `target`'s present finger (or `position`), with an image unless told otherwise."""
    reasons = ("not-judged",) if score == NOT_JUDGED else reasons
    verdict = Verdict(kind=target.kind, score=score, reasons=reasons)
    return Attempt(
        kind=target.kind,
        position=position or target.position,
        round=target.round,
        number=target.attempts_in_round + 1,
        started_at=AT,
        duration_ms=1,
        verdict=verdict,
        threshold=threshold,
        accepted=image and verdict.accepted(threshold),
        device=DEVICE,
        part=ImagePart(name="x.png", media_type="image/png", size=1, sha256="0" * 64, crc32=0) if image else None,
    )


def opened(*, fingers: tuple[str, ...] = ("right_index", "left_index"), signature: bool = True) -> Opened:
    return Opened(
        at=AT,
        technician_id=WHO,
        attendance_id="a" * 32,
        areas=("regularizacao",),
        plan=CapturePlan(plan_id="plan", label={"pt": "Plano"}, fingers=fingers, signature=signature),
        thresholds=Thresholds(),
        rules=CaptureRules(),
        configuration_version="1",
        centre=configuration().centre,
        post=configuration().post,
        applicant_fields=(FieldRule(name="birth-date", label={"pt": "Data"}, kind=FieldKind.DATE, mrz="birth_date"),),
    )


def entered(birth_date: str = "1990-05-01") -> ApplicantEntered:
    value = FieldValue(value=birth_date, origin=Origin.TECHNICIAN)
    return ApplicantEntered(at=AT, technician_id=WHO, fields={"birth-date": value})


def noticed() -> NoticeShown:
    return NoticeShown(at=AT, technician_id=WHO, language="pt", text_sha256="0" * 64)


def configuration() -> Configuration:
    """A 2G centre with one plan and one field; its certificates are never looked at here."""
    return Configuration(
        version="1",
        centre=Centre(
            centre_id="centre",
            name="Centre",
            municipality="Town",
            protocol_reference="P-1",
            model=CentreModel.CLAIM_2G,
        ),
        post=Post(post_id="post", name="Post"),
        technicians=(),
        areas=("regularizacao",),
        capture_plans=(CapturePlan(plan_id="residence-permit", label={"pt": "Plano"}),),
        applicant_fields=(FieldRule(name="surname", label={"pt": "Apelido"}, mrz="surname"),),
        aima=AimaEndpoints(encryption_certificate="", receipt_certificate=""),
    )
