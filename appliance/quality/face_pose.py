"""What the line between the eyes tells: their distance and the head's roll (ISO/IEC 29794-5)."""

from __future__ import annotations

import math

from appliance.model.verdict import Component
from appliance.quality.eyes import Eyes
from appliance.quality.face_light import component


def inter_eye_distance(eyes: Eyes) -> Component:
    """Raw in pixels. The standard divides by the cosine of the yaw, which is not measured and taken as 0."""
    return component(eyes.distance_px, 100.0 / (1.0 + math.exp((70.0 - eyes.distance_px) / 20.0)))


def roll_component(eyes: Eyes) -> Component:
    """Raw in degrees; the scalar is the square of its cosine."""
    return component(eyes.roll_deg, 100.0 * max(0.0, math.cos(math.radians(eyes.roll_deg))) ** 2)
