"""The near-white frame around an impression, which no measure is to see."""

from __future__ import annotations

from typing import Final

import cv2
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
    if not pixels.size:
        return pixels, 0, 0
    top, bottom = _inner(_sums(pixels, along=1) > _NEAR_WHITE * width)
    left, right = _inner(_sums(pixels, along=0) > _NEAR_WHITE * height)
    return pixels[top:bottom, left:right], top, left


def _sums(pixels: Pixels, *, along: int) -> NDArray[np.int32]:
    return np.asarray(cv2.reduce(pixels, along, cv2.REDUCE_SUM, dtype=cv2.CV_32S), np.int32).ravel()


def _inner(near_white: NDArray[np.bool_]) -> tuple[int, int]:
    """Half open."""
    printed = np.flatnonzero(~near_white)
    if not printed.size:
        return 0, near_white.size
    return int(printed[0]), int(printed[-1]) + 1
