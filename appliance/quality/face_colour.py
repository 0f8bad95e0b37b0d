"""Whether a face's colours are those of skin under white light (ISO/IEC 29794-5, natural colour)."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.model.verdict import Component
from appliance.quality.face_light import component
from drivers.contracts import Pixels

_A_RANGE, _B_RANGE = (5.0, 25.0), (5.0, 35.0)
_NO_COLOUR_RAW = 100.0


def natural_colour(face: Pixels, mask: NDArray[np.uint8]) -> Component:
    """From (H, W, 3) uint8 B, G, R: how far the mean a*, b* (CIELAB, D65) within the mask lie outside skin's range.

    A picture without colour has the raw value 100, as in OFIQ.
    """
    skin = face[mask > 0]
    if skin.size == 0 or not np.any(skin != skin[:, :1]):
        return natural_colour_component(_NO_COLOUR_RAW)
    lab = cv2.cvtColor((skin[None].astype(np.float32)) / 255.0, cv2.COLOR_BGR2LAB)[0]
    _, a, b = (float(value) for value in lab.mean(axis=0))
    return natural_colour_component(math.hypot(_outside(a, _A_RANGE), _outside(b, _B_RANGE)))


def natural_colour_component(raw: float) -> Component:
    """`raw` is the distance from skin's range in the a*, b* plane, 0 within it."""
    return component(raw, 200.0 * (1.0 - 1.0 / (1.0 + math.exp(-raw / 10.0))))


def _outside(value: float, limits: tuple[float, float]) -> float:
    return max(0.0, limits[0] - value, value - limits[1])
