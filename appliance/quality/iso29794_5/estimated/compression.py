"""How much lossy coding has left in a face (ISO/IEC 29794-5:2025, 7.3.9): our own estimate.

JPEG codes squares of 8 pixels; the coarser it codes, the more the steps between squares stand out from those within.
The grid may begin anywhere, since the face is cut out of the picture. It does not see coding that was scaled later, nor
JPEG 2000, which has no squares. OFIQ asks a network that was taught to foretell structural similarity.
"""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.model.verdict import Component
from drivers.contracts import Pixels

ALGORITHM: Final = "claim-kiosk-own-blockiness/1"
_SQUARE_PX: Final = 8
_LEAST_PX: Final = 4 * _SQUARE_PX
_UNSEEN, _FALL = 0.12, 0.6
"""What faces that were never coded have, by chance; and how fast the scalar falls with more."""
_LEAST_STEP: Final = 0.5


def compression(face_grey: Pixels) -> Component | None:
    """Of the (h, w) uint8 box of a face as the camera gave it; raw is 0 without squares, upwards.

    None under 32 pixels of height or width.
    """
    if min(face_grey.shape) < _LEAST_PX:
        return None
    levels = face_grey.astype(np.int16)
    raw = (_excess(levels) + _excess(np.ascontiguousarray(levels.T))) / 2.0
    return Component(raw=raw, scalar=round(100.0 * math.exp(-max(0.0, raw - _UNSEEN) / _FALL)))


def _excess(levels: NDArray[np.int16]) -> float:
    """How far the steps at every eighth column stand out from their neighbours, for the mean step of all."""
    steps = np.abs(np.diff(levels, axis=1)).astype(np.float32)
    of_column = np.asarray(cv2.reduce(steps, 0, cv2.REDUCE_AVG), np.float64).ravel()
    stands_out = of_column[1:-1] - (of_column[:-2] + of_column[2:]) / 2.0
    whole = stands_out.size // _SQUARE_PX * _SQUARE_PX
    # The median: one straight edge of the picture's own is no grid.
    phases = np.median(stands_out[:whole].reshape(-1, _SQUARE_PX), axis=0)
    return float((phases.max() - np.median(phases)) / (of_column.mean() + _LEAST_STEP))
