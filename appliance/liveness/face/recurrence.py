"""How much every frame of a sequence is like every other at the same place of the picture, sensor's noise and all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels

PATCH_PX = 160
_FINE_PX = 2.0
_LEAST_DEVIATION = 0.4

Likeness = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """`fine`: (160 * 160,) float32 of unit length, what is finer than two pixels; None where nothing is that fine.

    `digest`: of all the frame's pixels.
    """

    fine: NDArray[np.float32] | None
    digest: bytes


def patch(pixels: Pixels, grey: Pixels, x_px: float, y_px: float) -> Patch:
    """Around a place of the picture that stays the same for the whole sequence: it does not follow the face."""
    half = PATCH_PX // 2
    left = int(np.clip(x_px - half, 0, grey.shape[1] - PATCH_PX))
    top = int(np.clip(y_px - half, 0, grey.shape[0] - PATCH_PX))
    part = grey[top : top + PATCH_PX, left : left + PATCH_PX].astype(np.float32)
    fine = part - cv2.GaussianBlur(part, (0, 0), _FINE_PX)
    # Bounded, so that a few strong edges do not outweigh a cheek's grain.
    deviation = float(fine.std())
    bounded = np.clip(fine, -2.0 * deviation, 2.0 * deviation).ravel()
    length = float(np.linalg.norm(bounded))
    digest = hashlib.blake2b(np.ascontiguousarray(pixels), digest_size=16).digest()
    if deviation < _LEAST_DEVIATION or length == 0.0:
        return Patch(None, digest)
    return Patch(np.asarray(bounded / length, np.float32), digest)


def likeness(patches: list[Patch]) -> Likeness:
    """(F, F) float32, correlations; 0 with a frame that has nothing fine, on the diagonal too."""
    nothing = np.zeros(PATCH_PX * PATCH_PX, np.float32)
    rows = np.stack([nothing if each.fine is None else each.fine for each in patches])
    return np.asarray(rows @ rows.T, np.float32)
