"""One picture of a face as the checks take it, and why one cannot be looked at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels

LANDMARKS = 478
LEAST_EDGE_PX, LARGEST_PIXELS = 160, 16_000_000

Landmarks = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class FaceFrame:
    """`pixels`: (H, W, 3) uint8 B, G, R, not mirrored. `taken_s`: on a clock that only goes forwards, the device's own.

    `landmarks_px`: (478, 3) float32 x, y, z in the picture's pixels, in MediaPipe's order, NaN where unknown; or None
    where no face was found. `coefficients`: blendshapes by MediaPipe's names, 0 to 1; what is missing is unknown.
    `reduced_by`: of a picture that was made smaller: its sensor's noise is averaged away.
    """

    pixels: Pixels
    taken_s: float
    landmarks_px: Landmarks | None = None
    coefficients: Mapping[str, float] = field(default_factory=dict)
    reduced_by: float = 1.0


def refusal(frame: FaceFrame) -> str | None:
    """Why this frame is not looked at, whatever was handed over; None where it is."""
    pixels = frame.pixels
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        return "not-an-image"
    if min(pixels.shape[:2]) < LEAST_EDGE_PX:
        return "image-too-small"
    if pixels.shape[0] * pixels.shape[1] > LARGEST_PIXELS:
        return "image-too-large"
    if not isinstance(frame.taken_s, int | float) or not math.isfinite(frame.taken_s):
        return "time-unknown"
    return None
