"""What the quality stage says about one image."""

from __future__ import annotations

from enum import StrEnum

import msgspec

NOT_JUDGED = 255
"""The score of an image that cannot be judged (ISO/IEC 29794-1: 255 is a failed attempt at computing)."""


class CaptureKind(StrEnum):
    DOCUMENT = "document"
    FACE = "face"
    FINGERPRINT = "fingerprint"
    EXCEPTION_PHOTO = "exception-photo"
    """Of a hand of which a finger is missing or injured."""


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """One measure of ISO/IEC 29794-5: its native value and its 0–100 mapping."""

    raw: float
    scalar: int


class Pose(msgspec.Struct, frozen=True, kw_only=True):
    """Head pose where it can be told; None is *not measured*, never zero."""

    yaw_deg: float | None = None
    pitch_deg: float | None = None
    roll_deg: float | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A judgement, before any threshold is applied.

    `score` is 0–100, or 255 when the image cannot be judged. `reasons` are stable codes of what stands in the way,
    the most useful to mend first; a verdict with a reason in it is never accepted, whatever its score.
    `advice` are codes that guide but do not block.
    """

    kind: CaptureKind
    score: int
    reasons: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    measures: dict[str, float] = {}
    components: dict[str, Component] = {}
    pose: Pose | None = None
    faces: int | None = None
    algorithm: str = ""

    def accepted(self, threshold: int) -> bool:
        """Whether the image may be taken without asking the operator."""
        return not self.reasons and self.score != NOT_JUDGED and self.score >= threshold
