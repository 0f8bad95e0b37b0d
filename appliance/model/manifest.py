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
from appliance.model.configuration import CaptureUse, CentreModel, PortraitUse
from appliance.model.manifest_fingers import LivenessRecord, OverallLivenessRecord, ResemblanceRecord, UniquenessRecord
from appliance.model.manifest_portrait import PortraitRecord
from appliance.model.manifest_values import (
    Algorithm,
    Code,
    Count,
    MeasureName,
    MediaType,
    PartName,
    Pixel,
    Reference,
    Score,
    Sha256,
    Size,
    Text,
    Timestamp,
    Value,
)
from appliance.model.verdict import CaptureKind

FORMAT: Final = "claim-kiosk-manifest"
VERSION: Final = 2


class CaptureDecision(StrEnum):
    """Who took the image into the record: the threshold, the operator, the rule for the best of a round, or one of the
    rules by which a score asks nobody to repeat: under evaluation, and of a child."""

    AUTOMATIC = "automatic"
    OPERATOR = "operator"
    BEST_OF_ROUND = "best-of-round"
    EVALUATION_ONLY = "evaluation-only"
    CHILD = "child"


class AgeGroup(StrEnum):
    """So that scores can be told apart: a child's say less of how well they were taken."""

    CHILD = "child"
    ADULT = "adult"
    UNKNOWN = "unknown"


class SoftwareRecord(Value, frozen=True, kw_only=True):
    name: Text
    version: Text


class CentreRecord(Value, frozen=True, kw_only=True):
    centre_id: Reference
    post_id: Reference
    protocol_reference: Text
    model: CentreModel


class PlanRecord(Value, frozen=True, kw_only=True):
    """What the appointment asked for; `fingers` are first choices, one a hand, `placements` several fingers at once."""

    plan_id: Reference
    document: bool
    face: bool
    portrait: PortraitUse
    fingers: tuple[Code, ...]
    placements: tuple[Code, ...]
    signature: bool
    use: CaptureUse
    exception_photo: bool


class NoticeRecord(Value, frozen=True, kw_only=True):
    """Which privacy notice was shown, and when. Shown, never accepted: processing rests on law."""

    language: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$(?!\n)")]
    shown_at: Timestamp
    text_sha256: Sha256


class SegmentRecord(Value, frozen=True, kw_only=True):
    """Where a finger lies in a part that shows several: the middle of a box in the part's pixels, its sides, and how
    far it is turned from upright, clockwise."""

    centre_x_px: Pixel
    centre_y_px: Pixel
    angle_deg: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    width_px: Pixel
    height_px: Pixel


class FingerRecord(Value, frozen=True, kw_only=True):
    """One finger of one try at several: its own score against its own threshold. `part` holds its image and `segment`
    says where, as in `CaptureRecord`, where the package has it. `resemblance` and `liveness_hints` are this finger's.
    """

    position: Code
    score: Score
    reasons: tuple[Code, ...]
    measures: dict[MeasureName, float]
    threshold: Score
    accepted: bool
    part: PartName | None
    segment: SegmentRecord | None
    resemblance: ResemblanceRecord
    liveness_hints: LivenessRecord


class CaptureRecord(Value, frozen=True, kw_only=True):
    """What was taken for one target, by what judgement. `part` is None when nothing usable was left.

    An exception photo's `position` is its hand's, `right_hand` or `left_hand`.
    """

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


class AttemptRecord(Value, frozen=True, kw_only=True):
    """One try, kept or not. `round` and `number` count from 1; `measures` are what the verdict of `algorithm` rests on.

    `device_index` is the device's place in the manifest's `devices`, from 0: the same device with another firmware
    is another entry. `technician_id` made the attempt; who opened the attendance is the manifest's. Of several fingers
    at once `position` is the placement, `fingers` are those found, score and threshold those of the one furthest from
    its own. `part` is the image where the package holds it: the chosen one, and any that a liveness hint raised an
    alarm on. `resemblance` and `liveness_hints` are None for what is not one finger's print: of several fingers each
    has its own; neither has any part in score, acceptance or choice. `portrait` is of a face; None where nobody sat
    before the camera.
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
    part: PartName | None
    resemblance: ResemblanceRecord | None
    liveness_hints: LivenessRecord | None
    portrait: PortraitRecord | None


class ExemptionRecord(Value, frozen=True, kw_only=True):
    position: Code
    reason: ExemptionReason
    permanent: bool


class SignatureRecord(Value, frozen=True, kw_only=True):
    """Either the part that holds the applicant's signature, or why there is none."""

    part: PartName | None
    unable_reason: Text | None


class PartRecord(Value, frozen=True, kw_only=True):
    """A file of the package. `sha256` is of its bytes as they lie in the ZIP (stored, never compressed)."""

    name: PartName
    media_type: MediaType
    size: Size
    sha256: Sha256


class Manifest(Value, frozen=True, kw_only=True):
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
    age_group: AgeGroup
    """On the day on which the attendance was opened."""
    applicant: dict[Code, FieldValue]
    representative: Representative | None
    notice: NoticeRecord
    devices: tuple[DeviceFacts, ...]
    """Every device, as it was, that any attempt was made with; none twice."""
    captures: tuple[CaptureRecord, ...]
    attempts: tuple[AttemptRecord, ...]
    uniqueness: UniquenessRecord
    liveness_hints: OverallLivenessRecord
    exemptions: tuple[ExemptionRecord, ...]
    signature: SignatureRecord | None
    """None when the plan asks for no signature."""
    parts: tuple[PartRecord, ...]
