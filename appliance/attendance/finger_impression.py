"""One finger's impression in an attempt: that of an attempt at one finger, or one of several of a placement. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from appliance.model.capture import Attempt, FingerCapture, ImagePart, Segment
from appliance.model.liveness import LivenessHints
from appliance.model.resemblance import Resemblance
from appliance.model.verdict import CaptureKind


class ImpressionKey(NamedTuple):
    """Which impression of an attendance: its image's name in the vault and, of a placement, which finger."""

    part: str
    finger: str


class Findings(NamedTuple):
    """Of one impression beside its quality."""

    resemblance: Resemblance
    liveness: LivenessHints


@dataclass(frozen=True, slots=True)
class FingerImpression:
    """`taken` says what is known of it: the attempt itself, or one of its fingers. `part` holds its image."""

    attempt: Attempt
    taken: Attempt | FingerCapture
    part: ImagePart

    @property
    def key(self) -> ImpressionKey:
        return ImpressionKey(self.part.name, self.taken.position if isinstance(self.taken, FingerCapture) else "")

    @property
    def position(self) -> str | None:
        return self.taken.position

    @property
    def segment(self) -> Segment | None:
        """Where it lies in an image that shows more than it."""
        return self.taken.segment if isinstance(self.taken, FingerCapture) else None

    @property
    def is_alarmed(self) -> bool:
        """By a liveness hint."""
        return self.taken.liveness is not None and self.taken.liveness.alarm


def is_single(attempt: Attempt) -> bool:
    """Of a finger by itself."""
    return attempt.kind is CaptureKind.FINGERPRINT and not attempt.is_placement


def fingers_of(attempt: Attempt) -> tuple[FingerImpression, ...]:
    """Those of which there is an image: none of a document, or where no finger was told apart."""
    taken: tuple[Attempt | FingerCapture, ...] = (attempt,) if is_single(attempt) else attempt.fingers
    return tuple(FingerImpression(attempt, one, one.part) for one in taken if one.part is not None)


def with_findings(attempt: Attempt, found: Mapping[ImpressionKey, Findings]) -> Attempt:
    """The attempt with what was found in each of its impressions."""
    told = {one.position: found[one.key]._asdict() for one in fingers_of(attempt)}
    replace = msgspec.structs.replace
    if is_single(attempt):
        return replace(attempt, **told.get(attempt.position, {}))
    fingers = tuple(replace(finger, **told.get(finger.position, {})) for finger in attempt.fingers)
    return replace(attempt, fingers=fingers)
