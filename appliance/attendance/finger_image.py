"""One finger's image out of that of several: upright, with a little room around it. For judging only. Pure.

What is judged is cut where the record says that the finger lies, so that it can be cut again.
"""

from __future__ import annotations

from typing import Final

from appliance.fingerprint.finger_segment import FingerSegment
from appliance.model.capture import Segment
from appliance.model.position import Position
from drivers.contracts import Pixels

MARGIN_MM: Final = 0.5
"""Around each finger, so that its outline is not cut."""
_MM_PER_INCH: Final = 25.4


def recorded_segment(found: FingerSegment) -> Segment:
    return Segment(
        centre_x_px=round(found.centre[0], 1),
        centre_y_px=round(found.centre[1], 1),
        angle_deg=round(found.angle_deg, 1),
        width_px=round(found.width_px, 1),
        height_px=round(found.height_px, 1),
    )


def finger_image(pixels: Pixels, resolution_ppi: int, segment: Segment, position: str) -> Pixels:
    """(h, w) uint8 of the slap's (H, W) uint8, at the same resolution; white beyond the slap."""
    finger = FingerSegment(
        position=Position(position).number,
        centre=(segment.centre_x_px, segment.centre_y_px),
        angle_deg=segment.angle_deg,
        width_px=segment.width_px,
        height_px=segment.height_px,
        is_cut=False,
    )
    return finger.crop(pixels, round(MARGIN_MM / _MM_PER_INCH * resolution_ppi))
