"""How much every frame of a sequence is like every other at the same place of the picture.

In two bands: with the sensor's noise, which only a copy has again, and without, which shows the smallest movement.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels

PATCH_PX = 160
_FINE_PX, _COARSE_PX = 1.4, 2.5
"""What is wider is left out; the coarse band is of a picture half as large."""
_LEAST_DEVIATION = 0.4
_ROWS = 4

Likeness = NDArray[np.float32]
Band = NDArray[np.float32] | None


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Float32 of unit length, or None where nothing is there: `fine` (160 * 160,) with the noise, `coarse` (80 * 80,).

    `digest`: of every fourth row of the whole frame: a sensor's noise is in each.
    """

    fine: Band
    coarse: Band
    digest: bytes


def patch(pixels: Pixels, grey: Pixels, x_px: float, y_px: float) -> Patch:
    """Around a place of the picture that stays the same for the whole sequence: it does not follow the face."""
    half = PATCH_PX // 2
    left = int(np.clip(x_px - half, 0, grey.shape[1] - PATCH_PX))
    top = int(np.clip(y_px - half, 0, grey.shape[0] - PATCH_PX))
    part = grey[top : top + PATCH_PX, left : left + PATCH_PX].astype(np.float32)
    halved = cv2.resize(part, (PATCH_PX // 2, PATCH_PX // 2), interpolation=cv2.INTER_AREA)
    digest = hashlib.blake2b(np.ascontiguousarray(pixels[::_ROWS]).data, digest_size=16).digest()
    return Patch(_band(part, _FINE_PX), _band(halved, _COARSE_PX), digest)


def likeness(bands: list[Band]) -> Likeness:
    """(F, F) float32, correlations; 0 with a frame that has nothing in this band, on the diagonal too."""
    size = max((each.size for each in bands if each is not None), default=1)
    rows = np.stack([np.zeros(size, np.float32) if each is None else each for each in bands])
    return np.asarray(rows @ rows.T, np.float32)


def _band(plane: cv2.typing.MatLike, wide_px: float) -> Band:
    """Bounded, so that a few strong edges do not outweigh a cheek's grain."""
    fine = plane - cv2.GaussianBlur(plane, (0, 0), wide_px)
    deviation = float(fine.std())
    bounded = np.clip(fine, -2.0 * deviation, 2.0 * deviation).ravel()
    length = float(np.linalg.norm(bounded))
    return np.asarray(bounded / length, np.float32) if deviation >= _LEAST_DEVIATION and length > 0.0 else None
