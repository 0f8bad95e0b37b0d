"""How sharp a face is (ISO/IEC 29794-5:2025, 7.3.8): our own estimate.

Edge energy for the face's contrast, at a fixed size and without what the sensor's noise adds (`face_sharpness`). OFIQ
asks a trained forest.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from appliance.model.verdict import Component
from appliance.quality.face_noise import noise_deviation
from appliance.quality.face_sharpness import face_sharpness
from drivers.contracts import Pixels

ALGORITHM: Final = "claim-kiosk-own-sharpness/1"
_SMOOTH, _SHARP = 0.03, 0.17
_NOISE_SHARE: Final = 0.25
"""Noise is the same all over a face: it is taken from the middle part of its box, of that share on every side."""


def sharpness(face_grey: Pixels) -> Component:
    """Of the (h, w) uint8 box of a face as the camera gave it; raw 0 (smooth) upwards."""
    height, width = face_grey.shape
    rows, columns = int(height * _NOISE_SHARE), int(width * _NOISE_SHARE)
    middle = np.ascontiguousarray(face_grey[rows : height - rows, columns : width - columns])
    raw = face_sharpness(face_grey, noise_deviation(middle))
    share = min(1.0, max(0.0, (raw - _SMOOTH) / (_SHARP - _SMOOTH)))
    return Component(raw=raw, scalar=round(100.0 * share))


def grey_of(colour: Pixels) -> Pixels:
    """(h, w) uint8 of (h, w, 3) uint8 B, G, R."""
    return np.asarray(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), np.uint8)
