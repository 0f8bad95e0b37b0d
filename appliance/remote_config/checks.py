"""Whether a configuration makes sense: what its types cannot say. Pure; each finding names its field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from appliance.model.configuration import (
    CapturePlan,
    CentreModel,
    Configuration,
    FieldKind,
    FieldRule,
    Technician,
)
from appliance.model.placement import Placement
from appliance.model.position import Position

FINGERS = ("thumb", "index", "middle", "ring", "little")
MRZ_ELEMENTS = frozenset(
    {
        "document_code", "issuer", "surname", "given_names", "document_number", "nationality", "birth_date", "sex",
        "expiry_date", "optional_data", "optional_data_2",
    }
)  # fmt: skip
_PLACEMENTS = frozenset(placement.value for placement in Placement)
_POSITIONS = frozenset(position.value for position in Position)


def findings(configuration: Configuration, now: datetime | None) -> Iterator[str]:
    """What is wrong, one sentence each; nothing for a good one. `now` None: certificates' dates are not judged."""
    yield from _unique("technicians", (technician.technician_id for technician in configuration.technicians))
    yield from _unique("areas", configuration.areas)
    yield from _unique("capture_plans", (plan.plan_id for plan in configuration.capture_plans))
    yield from _unique("applicant_fields", (field.name for field in configuration.applicant_fields))
    for technician in configuration.technicians:
        yield from _technician(technician)
    for plan in configuration.capture_plans:
        yield from _plan(plan, configuration.centre.model)
        if plan.takes_fingerprints and not _tells_birth_date(configuration.applicant_fields):
            yield (
                f"`capture_plans.{plan.plan_id}` takes fingerprints, but no one field of `applicant_fields` is a "
                "required date of `mrz` birth_date: small children could not be exempted"
            )
    for field in configuration.applicant_fields:
        yield from _field(field)
    yield from _lowest_scores("`thresholds.fingers`", configuration.thresholds.fingers)
    yield from _lowest_scores("`thresholds.identification_fingers`", configuration.thresholds.identification_fingers)
    yield from _encryption(configuration.aima.encryption_certificate, now)
    yield from _receipt(configuration.aima.receipt_certificate, now)


def _lowest_scores(where: str, scores: Mapping[str, int]) -> Iterator[str]:
    if set(scores) != set(FINGERS):
        yield f"{where} must name exactly {', '.join(FINGERS)}"
    if any(not 0 <= score <= 100 for score in scores.values()):
        yield f"{where} must lie between 0 and 100"


def _unique(where: str, names: Iterable[str]) -> Iterator[str]:
    seen = list(names)
    if not seen:
        yield f"`{where}` is empty"
    if len(seen) != len(set(seen)):
        yield f"`{where}` names one twice"


def _technician(technician: Technician) -> Iterator[str]:
    where = f"`technicians.{technician.technician_id}`"
    if not technician.password_hash.startswith("$argon2id$"):
        yield f"{where} has no Argon2id `password_hash`"
    training = technician.initial_training
    if training is not None and not _is_date(training.completed_on):
        yield f"{where} has a training date that is not in the calendar"


def _plan(plan: CapturePlan, model: CentreModel) -> Iterator[str]:
    where = f"`capture_plans.{plan.plan_id}`"
    if not (plan.document or plan.takes_biometrics or plan.signature):
        yield f"{where} asks for nothing"
    if unknown := [finger for finger in plan.fingers if finger not in _POSITIONS]:
        yield f"{where} names an unknown finger position: {unknown[0][:40]}"
    else:
        hands = [Position(finger).hand for finger in plan.fingers]
        if len(hands) != len(set(hands)):
            yield f"{where} names two fingers of one hand"
    yield from _placements(where, plan)
    if plan.exception_photo and not plan.takes_fingerprints:
        yield f"{where} asks for exception photos of fingers, and for no finger"
    if model is not CentreModel.CLAIM_2G and plan.takes_biometrics:
        yield f"{where} captures biometrics, which only a CLAIM 2G may"
    yield from _label(where, plan.label)


def _placements(where: str, plan: CapturePlan) -> Iterator[str]:
    if unknown := [name for name in plan.placements if name not in _PLACEMENTS]:
        yield f"{where} names an unknown placement: {unknown[0][:40]}"
        return
    if len(plan.placements) != len(set(plan.placements)):
        yield f"{where} names a placement twice"
    hands = {position.hand for name in plan.placements for position in Placement(name).positions}
    if any(Position(finger).hand in hands for finger in plan.fingers if finger in _POSITIONS):
        yield f"{where} asks for a hand by a finger and by a placement"


def _field(field: FieldRule) -> Iterator[str]:
    where = f"`applicant_fields.{field.name}`"
    if field.mrz and field.mrz not in MRZ_ELEMENTS:
        yield f"{where} names an unknown MRZ element"
    yield from _label(where, field.label)


def _tells_birth_date(fields: Sequence[FieldRule]) -> bool:
    """Without it the rule for children under six (Regulation 1030/2002, art. 4b) would be off, and nobody be told."""
    mapped = [field for field in fields if field.mrz == "birth_date"]
    return len(mapped) == 1 and mapped[0].required and mapped[0].kind is FieldKind.DATE


def _label(where: str, label: dict[str, str]) -> Iterator[str]:
    if missing := [language for language in ("pt", "en") if not label.get(language, "").strip()]:
        yield f"{where} has no label in {missing[0]}"


def _encryption(pem: str, now: datetime | None) -> Iterator[str]:
    where = "`aima.encryption_certificate`"
    certificate = _certificate(pem)
    if certificate is None:
        yield f"{where} is not a certificate"
        return
    key = _key(certificate)
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        yield f"{where} has no P-256 key"
    usage = _usage(certificate)
    if usage is not None and not usage.key_agreement:
        yield f"{where} is not for key agreement"
    yield from _in_force(where, certificate, now)


def _receipt(pem: str, now: datetime | None) -> Iterator[str]:
    where = "`aima.receipt_certificate`"
    certificate = _certificate(pem)
    if certificate is None:
        yield f"{where} is not a certificate"
        return
    usage = _usage(certificate)
    if _key(certificate) is None or (usage is not None and not usage.digital_signature):
        yield f"{where} is not for signatures"
    yield from _in_force(where, certificate, now)


def _certificate(pem: str) -> x509.Certificate | None:
    try:
        certificates = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        return None
    return certificates[0] if len(certificates) == 1 else None


def _key(certificate: x509.Certificate) -> object | None:
    try:
        return certificate.public_key()
    except ValueError:
        return None


def _usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return None


def _in_force(where: str, certificate: x509.Certificate, now: datetime | None) -> Iterator[str]:
    if now is not None and not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        yield f"{where} is not valid now"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
