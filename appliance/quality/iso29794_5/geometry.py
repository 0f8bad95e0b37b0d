"""Where a head lies in a portrait, how large it is and which way it looks, and what of it is outside the limits.

Measured in the picture as it would be handed on. Left and right are as the picture shows them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from appliance.model.verdict import Pose
from appliance.quality.iso29794_5.landmarks import FaceLandmarks
from appliance.quality.iso29794_5.portrait_profiles import PortraitAge, PortraitProfile, Range

_HEAD_FOR_EYE_TO_CHIN: Final = 2.0
"""From chin to crown lies twice the way from chin to eyes. Hair hides the crown, so that it cannot be measured; the
standard's best head size, T = 0.45 of the height, is its longest head, 0.90, by the same ratio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceGeometry:
    """Shares are of the picture's width or height; None is *not known*."""

    width_px: int
    height_px: int
    yaw_deg: float | None
    pitch_deg: float | None
    roll_deg: float | None
    head_width: float
    head_length: float
    eye_line: float
    centre: float
    inter_eye_px: float


@dataclass(frozen=True, slots=True)
class Finding:
    """A limit that does not hold: a stable code, the value and what is allowed. `mandatory` as the rule book has it."""

    code: str
    value: float
    allowed: Range
    mandatory: bool


def face_geometry(landmarks: FaceLandmarks, pose: Pose, *, width_px: int, height_px: int) -> FaceGeometry:
    """Of the landmarks in a picture of that size. The roll is the eyes' where the pose does not say it."""
    (left_x, left_y), (right_x, right_y) = landmarks.left_eye, landmarks.right_eye
    one_side, other_side = landmarks.at(landmarks.scheme.sides).tolist()
    of_eyes_deg = math.degrees(math.atan2(right_y - left_y, right_x - left_x))
    return FaceGeometry(
        width_px=width_px,
        height_px=height_px,
        yaw_deg=pose.yaw_deg,
        pitch_deg=pose.pitch_deg,
        roll_deg=of_eyes_deg if pose.roll_deg is None else pose.roll_deg,
        head_width=math.dist(one_side, other_side) / width_px,
        head_length=_HEAD_FOR_EYE_TO_CHIN * landmarks.eye_to_chin_px / height_px,
        eye_line=(left_y + right_y) / 2.0 / height_px,
        centre=(left_x + right_x) / 2.0 / width_px,
        inter_eye_px=landmarks.between_eyes_px,
    )


def geometry_findings(
    geometry: FaceGeometry, profile: PortraitProfile, age: PortraitAge = PortraitAge.ADULT
) -> tuple[Finding, ...]:
    """What is outside the limits, in the order of the rule book. What is not known is not found fault with."""
    return tuple(_findings(geometry, profile, age))


def unknown_limits(geometry: FaceGeometry) -> tuple[str, ...]:
    """Which angles no finding could be made of."""
    angles = {"yaw": geometry.yaw_deg, "pitch": geometry.pitch_deg, "roll": geometry.roll_deg}
    return tuple(name for name, value in angles.items() if value is None)


def _findings(geometry: FaceGeometry, profile: PortraitProfile, age: PortraitAge) -> Iterator[Finding]:
    limits = age.template
    held = (
        (geometry.yaw_deg, limits.yaw_deg, "head-turned-left", "head-turned-right", False),
        (geometry.pitch_deg, limits.pitch_deg, "head-looks-up", "head-looks-down", False),
        (geometry.roll_deg, limits.roll_deg, "head-tilted-left", "head-tilted-right", True),
        (geometry.head_width, limits.head_width, "head-too-narrow", "head-too-wide", True),
        (geometry.head_length, limits.head_length, "head-too-short", "head-too-long", True),
        (geometry.eye_line, limits.eye_line, "eyes-too-high", "eyes-too-low", True),
        (geometry.centre, limits.centre, "head-off-centre-left", "head-off-centre-right", True),
    )
    for value, allowed, below, above, mandatory in held:
        if value is not None and value not in allowed:
            yield Finding(below if value < allowed.least else above, value, allowed, mandatory)
    if geometry.inter_eye_px < profile.least_inter_eye_px:
        allowed = Range(profile.least_inter_eye_px, math.inf)
        yield Finding("eyes-too-near-together", geometry.inter_eye_px, allowed, mandatory=True)
    sizes = (
        (geometry.width_px, profile.width_px, "picture-too-narrow", "picture-too-wide"),
        (geometry.height_px, profile.height_px, "picture-too-short", "picture-too-tall"),
    )
    for size, allowed, below, above in sizes:
        if size not in allowed:
            yield Finding(below if size < allowed.least else above, float(size), allowed, mandatory=True)
