"""One attempt at capturing something, and what is known about the image that it left."""

from __future__ import annotations

import msgspec

from appliance.model.liveness import LivenessHints
from appliance.model.placement import Placement
from appliance.model.portrait import PortraitFacts
from appliance.model.resemblance import Resemblance
from appliance.model.verdict import CaptureKind, Verdict

_PLACEMENTS = frozenset(placement.value for placement in Placement)


class ImagePart(msgspec.Struct, frozen=True, kw_only=True):
    """Where the image lies in the vault, and the digests it must still have when it is sealed."""

    name: str
    media_type: str
    size: int
    sha256: str
    crc32: int


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """Where one finger lies in the image of several: a box in the image's pixels, turned by `angle_deg` from upright,
    clockwise."""

    centre_x_px: float
    centre_y_px: float
    angle_deg: float
    width_px: float
    height_px: float


class FingerCapture(msgspec.Struct, frozen=True, kw_only=True):
    """One finger of a placement, judged by itself. `accepted`: it meets its own threshold, in a placement that shows
    every finger asked for and nothing else.

    `part` is the image that holds it: the slap, in which it lies at `segment`; or its own where the device cut it out
    (`segment` None). `resolution_ppi` is that image's. `resemblance` and `liveness` are as an attempt at one finger has
    them.
    """

    position: str
    verdict: Verdict
    threshold: int
    accepted: bool
    segment: Segment | None
    part: ImagePart | None
    resolution_ppi: int | None = None
    resemblance: Resemblance | None = None
    liveness: LivenessHints | None = None


class DeviceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the record says about the device that took the image."""

    device_id: str
    profile_id: str
    driver: str
    vendor: str
    model: str
    serial_number: str
    firmware_version: str
    simulated: bool


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """`round` and `number` count from 1. Without an image `part` is None and the verdict says why.

    Of several fingers at once `position` is the placement's name and `fingers` says what became of each; verdict and
    threshold are then those of the finger that was furthest from its own.

    `technician_id` is its event's; it is known once the event is folded. `resolution_ppi` is the image's, where its
    device says so. `portrait` is of a face alone, and None of one that was captured before there was any. `resemblance`
    and `liveness` are of an impression alone, and nothing rests on them but words. Of several fingers at once each has
    these three itself.
    """

    kind: CaptureKind
    position: str | None
    round: int
    number: int
    started_at: str
    duration_ms: int
    verdict: Verdict
    threshold: int
    accepted: bool
    device: DeviceFacts
    part: ImagePart | None
    fingers: tuple[FingerCapture, ...] = ()
    technician_id: str = ""
    resolution_ppi: int | None = None
    resemblance: Resemblance | None = None
    liveness: LivenessHints | None = None
    portrait: PortraitFacts | None = None

    @property
    def is_placement(self) -> bool:
        return self.position in _PLACEMENTS

    @property
    def parts(self) -> tuple[ImagePart, ...]:
        """Every image that it left, each once."""
        every = (self.part, *(finger.part for finger in self.fingers))
        return tuple(dict.fromkeys(part for part in every if part is not None))
