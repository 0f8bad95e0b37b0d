"""The near-white frame around an impression, which no measure is to see."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels

_NEAR_WHITE: Final = 250
"""The mean grey value above which a line is frame (NFIQ 2, `FingerprintImageData`)."""


def without_frame(pixels: Pixels) -> tuple[Pixels, int, int]:
    """(h, w) uint8 without the near-white lines around it, as a view; and the row and the column where it begins.

    An image of nothing else stays as it is.
    """
    height, width = pixels.shape
    top, bottom = _inner(np.sum(pixels, axis=1, dtype=np.int64) > _NEAR_WHITE * width)
    left, right = _inner(np.sum(pixels, axis=0, dtype=np.int64) > _NEAR_WHITE * height)
    return pixels[top:bottom, left:right], top, left


def _inner(near_white: NDArray[np.bool_]) -> tuple[int, int]:
    """Half open."""
    printed = np.flatnonzero(~near_white)
    if not printed.size:
        return 0, near_white.size
    return int(printed[0]), int(printed[-1]) + 1
