"""What the checks take from 478 landmarks and 52 coefficients: where the face is, how far it is turned, what it does.

Indices are those of MediaPipe's canonical face mesh. Left and right are the person's own: in a picture that is not
mirrored, the person's left is at the right.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.liveness.face.frame import LANDMARKS, Landmarks

NOSE_TIP, CROWN, CHIN = 1, 10, 152
RIGHT_TEMPLE, LEFT_TEMPLE = 127, 356
RIGHT_EYE_OUTER, RIGHT_EYE_INNER, LEFT_EYE_INNER, LEFT_EYE_OUTER = 33, 133, 362, 263
MOUTH_RIGHT, MOUTH_LEFT = 61, 291
OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
        148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)  # fmt: skip
_LEAST_OVAL = 8
_LEAST_WIDTH_PX = 48.0
_NOSE_REACH = 0.75
"""How far a nose's tip stands before the line between the outer corners of the eyes, in halves of that line."""

Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FaceBox:
    """The face's oval in pixels: middle, width and height."""

    x_px: float
    y_px: float
    width_px: float
    height_px: float


def oval(landmarks_px: Landmarks | None) -> Points | None:
    """(N, 2) float32 those points of the face's outline that are known; None where they are too few or too close."""
    if not isinstance(landmarks_px, np.ndarray) or landmarks_px.shape != (LANDMARKS, 3):
        return None
    if not np.issubdtype(landmarks_px.dtype, np.floating):
        return None
    outline = landmarks_px[OVAL, :2].astype(np.float32)
    known = outline[np.isfinite(outline).all(axis=1) & (np.abs(outline) < 1e5).all(axis=1)]
    if len(known) < _LEAST_OVAL or float(np.ptp(known, axis=0).min()) < _LEAST_WIDTH_PX:
        return None
    return np.asarray(known, np.float32)


def box_of(outline: Points) -> FaceBox:
    low, high = outline.min(axis=0), outline.max(axis=0)
    middle, size = (low + high) / 2, high - low
    return FaceBox(float(middle[0]), float(middle[1]), float(size[0]), float(size[1]))


def yaw_deg(landmarks_px: Landmarks | None) -> float | None:
    """How far the nose's tip has left the middle between the eyes, as a turn of the head.

    To the person's left positive. From the picture's plane only: a print that is turned keeps its nose where it is
    between its eyes.
    """
    if oval(landmarks_px) is None or landmarks_px is None:
        return None
    right, left, nose = (landmarks_px[i, :2].astype(np.float64) for i in (RIGHT_EYE_OUTER, LEFT_EYE_OUTER, NOSE_TIP))
    line = left - right
    length = float(np.hypot(*line))
    if not math.isfinite(length + float(nose.sum())) or length < 1.0:
        return None
    aside = float((nose - (left + right) / 2) @ line) / (length * length / 2)
    return math.degrees(math.atan(aside / _NOSE_REACH))


def blink(coefficients: Mapping[str, float]) -> float | None:
    """0 open to 1 closed, of the eye that is less so."""
    return _lesser(coefficients, "eyeBlinkLeft", "eyeBlinkRight")


def smile(coefficients: Mapping[str, float]) -> float | None:
    return _lesser(coefficients, "mouthSmileLeft", "mouthSmileRight")


def _lesser(coefficients: Mapping[str, float], *names: str) -> float | None:
    values = [coefficients.get(name, math.nan) for name in names]
    numbers = [float(value) for value in values if isinstance(value, int | float) and math.isfinite(value)]
    return min(1.0, max(0.0, min(numbers))) if len(numbers) == len(names) else None
