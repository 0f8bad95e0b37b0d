"""What a package says about itself: the versioned manifest that AIMA reads first (`manifest.json`).

Responsible for the values and their bounds. Not for their canonical bytes (`package/canonical.py`), for what must
agree between them (`package/consistency.py`) nor for how an attendance becomes one. A change of any field is a new
`version`; nothing has a default, so a manifest has exactly one form.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

import msgspec

from appliance.model.applicant import FieldValue, Representative
from appliance.model.attendance import ExemptionReason
from appliance.model.capture import DeviceFacts
from appliance.model.configuration import CentreModel
from appliance.model.verdict import CaptureKind

FORMAT: Final = "claim-kiosk-manifest"
VERSION: Final = 2

Reference = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$(?!\n)")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
MeasureName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$(?!\n)")]
"""As the standard that a measure comes from has it."""
Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$(?!\n)")]
Timestamp = Annotated[
    str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$(?!\n)")
]
"""RFC 3339 in UTC with milliseconds, as `runtime.clock.timestamp` writes it."""
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
Score = Annotated[int, msgspec.Meta(ge=0, le=255)]
"""0–100, or 255 when the image could not be judged (ISO/IEC 29794-1)."""
Count = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
PartName = Annotated[
    str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$(?!\n)", max_length=128)
]
MediaType = Annotated[str, msgspec.Meta(pattern=r"^[a-z]+/[a-z0-9][a-z0-9.+-]*$(?!\n)", max_length=100)]
Algorithm = Annotated[str, msgspec.Meta(max_length=200)]
"""Which method judged, and its version; empty where there was nothing to judge."""
Pixel = Annotated[float, msgspec.Meta(ge=-100_000, le=100_000)]
Size = Annotated[int, msgspec.Meta(ge=0, le=1 << 30)]


class CaptureDecision(StrEnum):
    """Who took the image into the record: the threshold, the operator, or the rule for the best of a round."""

    AUTOMATIC = "automatic"
    OPERATOR = "operator"
    BEST_OF_ROUND = "best-of-round"


class _Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class SoftwareRecord(_Value, frozen=True, kw_only=True):
    name: Text
    version: Text


class CentreRecord(_Value, frozen=True, kw_only=True):
    centre_id: Reference
    post_id: Reference
    protocol_reference: Text
    model: CentreModel


class PlanRecord(_Value, frozen=True, kw_only=True):
    """What the appointment asked for; `fingers` are first choices, one a hand, `placements` several fingers at once."""

    plan_id: Reference
    document: bool
    face: bool
    fingers: tuple[Code, ...]
    placements: tuple[Code, ...]
    signature: bool


class NoticeRecord(_Value, frozen=True, kw_only=True):
    """Which privacy notice was shown, and when. Shown, never accepted: processing rests on law."""

    language: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$(?!\n)")]
    shown_at: Timestamp
    text_sha256: Sha256


class SegmentRecord(_Value, frozen=True, kw_only=True):
    """Where a finger lies in a part that shows several: the middle of a box in the part's pixels, its sides, and how
    far it is turned from upright, clockwise."""

    centre_x_px: Pixel
    centre_y_px: Pixel
    angle_deg: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    width_px: Pixel
    height_px: Pixel


class FingerRecord(_Value, frozen=True, kw_only=True):
    """One finger of one try at several: its own score against its own threshold."""

    position: Code
    score: Score
    reasons: tuple[Code, ...]
    measures: dict[MeasureName, float]
    threshold: Score
    accepted: bool


class CaptureRecord(_Value, frozen=True, kw_only=True):
    """What was taken for one target, by what judgement. `part` is None when nothing usable was left."""

    kind: CaptureKind
    position: Code | None
    quality: Score
    attempts: Count
    accepted: bool
    algorithm: Algorithm
    threshold: Score
    decision: CaptureDecision
    device: DeviceFacts
    part: PartName | None
    segment: SegmentRecord | None
    """None where the part shows nothing else."""
    pad: Literal["not-performed"]
    """Presentation attack detection (ISO/IEC 30107): no certified device, so the record says so."""


class AttemptRecord(_Value, frozen=True, kw_only=True):
    """One try, kept or not. `round` and `number` count from 1; `measures` are what the verdict of `algorithm` rests on.

    `device_index` is the device's place in the manifest's `devices`, from 0: the same device with another firmware
    is another entry. `technician_id` made the attempt; who opened the attendance is the manifest's. Of several fingers
    at once `position` is the placement, `fingers` are those found, score and threshold those of the one furthest from
    its own.
    """

    kind: CaptureKind
    position: Code | None
    round: Count
    number: Count
    score: Score
    reasons: tuple[Code, ...]
    measures: dict[MeasureName, float]
    threshold: Score
    started_at: Timestamp
    duration_ms: Annotated[int, msgspec.Meta(ge=0, le=86_400_000)]
    accepted: bool
    algorithm: Algorithm
    fingers: tuple[FingerRecord, ...]
    technician_id: Reference
    device_id: Reference | None
    device_index: Count


class ExemptionRecord(_Value, frozen=True, kw_only=True):
    position: Code
    reason: ExemptionReason
    permanent: bool


class SignatureRecord(_Value, frozen=True, kw_only=True):
    """Either the part that holds the applicant's signature, or why there is none."""

    part: PartName | None
    unable_reason: Text | None


class PartRecord(_Value, frozen=True, kw_only=True):
    """A file of the package. `sha256` is of its bytes as they lie in the ZIP (stored, never compressed)."""

    name: PartName
    media_type: MediaType
    size: Size
    sha256: Sha256


class Manifest(_Value, frozen=True, kw_only=True):
    format: Literal["claim-kiosk-manifest"]
    version: Literal[2]
    package_id: Reference
    attendance_id: Reference
    created_at: Timestamp
    simulated: bool
    """Whether anything in it came from no sensor; a production AIMA refuses such a package."""
    software: SoftwareRecord
    centre: CentreRecord
    technician_id: Reference
    configuration_version: Text
    areas: tuple[Code, ...]
    capture_plan: PlanRecord
    applicant: dict[Code, FieldValue]
    representative: Representative | None
    notice: NoticeRecord
    devices: tuple[DeviceFacts, ...]
    """Every device, as it was, that any attempt was made with; none twice."""
    captures: tuple[CaptureRecord, ...]
    attempts: tuple[AttemptRecord, ...]
    exemptions: tuple[ExemptionRecord, ...]
    signature: SignatureRecord | None
    """None when the plan asks for no signature."""
    parts: tuple[PartRecord, ...]
