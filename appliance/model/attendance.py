"""What happened in an attendance, event by event: the journal is the attendance, everything else follows from it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from appliance.model.applicant import FieldValue, Representative
from appliance.model.capture import Attempt, ImagePart
from appliance.model.configuration import CapturePlan, CaptureRules, Centre, FieldRule, Post, Thresholds
from appliance.model.liveness import LivenessFinding, OverruleReason


class Step(StrEnum):
    """Where an attendance stands; in the order in which the technician walks them."""

    APPLICANT = "applicant"
    NOTICE = "notice"
    DOCUMENT = "document"
    FACE = "face"
    FINGERPRINTS = "fingerprints"
    SIGNATURE = "signature"
    REVIEW = "review"
    SEALING = "sealing"
    SEALED = "sealed"
    ABANDONED = "abandoned"


class Decision(StrEnum):
    """What the operator may decide about a target (BSI TR-03121-3 vol. 2, §5.4.5.1.3)."""

    USE = "use"
    RECAPTURE = "recapture"
    FALLBACK = "fallback"
    RESTART = "restart"


class ExemptionReason(StrEnum):
    MISSING = "missing"
    INJURED = "injured"
    IMPOSSIBLE = "impossible"
    UNDER_SIX = "under-six"


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    at: str
    technician_id: str


class Opened(_Event, frozen=True, kw_only=True, tag="opened"):
    """The rules in force are frozen into the attendance, so a new configuration never changes one under way."""

    attendance_id: str
    areas: tuple[str, ...]
    plan: CapturePlan
    thresholds: Thresholds
    rules: CaptureRules
    configuration_version: str
    centre: Centre
    post: Post
    applicant_fields: tuple[FieldRule, ...]

    @property
    def birth_date_field(self) -> str:
        """The applicant's field that holds the date of birth; empty when the schema has none."""
        return next((rule.name for rule in self.applicant_fields if rule.mrz == "birth_date"), "")


class ApplicantEntered(_Event, frozen=True, kw_only=True, tag="applicant-entered"):
    fields: dict[str, FieldValue]
    representative: Representative | None = None


class MrzRead(_Event, frozen=True, kw_only=True, tag="mrz-read"):
    """What the document's machine-readable zone says, by the names of the applicant's schema."""

    fields: dict[str, str]


class NoticeShown(_Event, frozen=True, kw_only=True, tag="notice-shown"):
    """The essence of the notice is law, not consent: it is shown, never accepted."""

    language: str
    text_sha256: str


class Attempted(_Event, frozen=True, kw_only=True, tag="attempted"):
    target: str
    attempt: Attempt


class Decided(_Event, frozen=True, kw_only=True, tag="decided"):
    target: str
    decision: Decision


class LivenessRuled(_Event, frozen=True, kw_only=True, tag="liveness-ruled"):
    """What the technician finds of the alarm on one attempt, named by `round` and `number`. A later one replaces it."""

    target: str
    round: int
    number: int
    finding: LivenessFinding
    reason: OverruleReason | None = None


class Exempted(_Event, frozen=True, kw_only=True, tag="exempted"):
    target: str
    position: str
    reason: ExemptionReason
    permanent: bool


class Signed(_Event, frozen=True, kw_only=True, tag="signed"):
    """`part` is the vector record. `simulated`: by a pad that nobody wrote on."""

    part: ImagePart
    simulated: bool = False


class SignatureUnable(_Event, frozen=True, kw_only=True, tag="signature-unable"):
    reason: str


class SignatureWithdrawn(_Event, frozen=True, kw_only=True, tag="signature-withdrawn"):
    """At the review, before anything is frozen: it is given again, or why not is said."""


class SealRequested(_Event, frozen=True, kw_only=True, tag="seal-requested"):
    """From here on nothing changes; the package's id is fixed before the package exists."""

    package_id: str


class PartDamaged(_Event, frozen=True, kw_only=True, tag="part-damaged"):
    """Found while sealing, before there was a package: the attendance is open again for this part alone."""

    part: str


class Sealed(_Event, frozen=True, kw_only=True, tag="sealed"):
    package_id: str
    sha256: str
    bytes: int


class Abandoned(_Event, frozen=True, kw_only=True, tag="abandoned"):
    reason: str


Event = (
    Opened
    | MrzRead
    | ApplicantEntered
    | NoticeShown
    | Attempted
    | Decided
    | LivenessRuled
    | Exempted
    | Signed
    | SignatureUnable
    | SignatureWithdrawn
    | SealRequested
    | PartDamaged
    | Sealed
    | Abandoned
)

_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def event_to_bytes(event: Event) -> bytes:
    return msgspec.json.encode(event)


def event_from_bytes(data: bytes) -> Event:
    """Raises msgspec.ValidationError or DecodeError for anything that is not an event."""
    return _decoder.decode(data)
