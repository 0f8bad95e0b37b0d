"""The scale at which minutiae are looked for: two thirds of 500 ppi, which is enough for ridges and less than half the
work; and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels

CELL_PX: Final = 4
"""Height and width are whole numbers of cells, for which one orientation is kept."""
_LARGEST_PX: Final = (400, 256)
_NINTH: Final = 28
"""Of 256, rounded down: what comes out is never quite 255."""
_TO_TENTHS_MM: Final = 635 / 500
_TO_500_PPI: Final = 197 / 167


@dataclass(frozen=True)
class Reduced:
    """`pixels`: (h, w) uint8. `left_px` and `top_px` of the original are cut off, where it was too large to keep."""

    pixels: Pixels
    left_px: int
    top_px: int


def reduced(pixels: Pixels) -> Reduced:
    """Of (h, w) uint8 at 500 ppi: each 3 x 3 pixels become 2 x 2; of a larger image the middle."""
    height, width = (extent // 6 * 4 for extent in pixels.shape)
    kept_height, kept_width = min(height, _LARGEST_PX[0]), min(width, _LARGEST_PX[1])
    top = (pixels.shape[0] - kept_height * 3 // 2) // 2 if kept_height < height else 0
    left = (pixels.shape[1] - kept_width * 3 // 2) // 2 if kept_width < width else 0
    wide = pixels[top : top + kept_height * 3 // 2, left : left + kept_width * 3 // 2].astype(np.uint16)
    ninths = _transposed(_thirds_to_halves(_transposed(_thirds_to_halves(wide))))
    ninths *= _NINTH
    return Reduced((ninths >> 8).astype(np.uint8), left, top)


def _thirds_to_halves(rows: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Threefold sums of two thirds as many rows: a row of its own counts twice, the shared one between once."""
    out = np.empty((len(rows) // 3 * 2, rows.shape[1]), np.uint16)
    shared = rows[1::3]
    np.add(2 * rows[0::3], shared, out=out[0::2])
    np.add(2 * rows[2::3], shared, out=out[1::2])
    return out


def _transposed(rows: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Laid anew, so that lines are taken whole."""
    return np.asarray(cv2.transpose(rows), np.uint16)


def at_333_ppi(places: NDArray[np.float32], cut_px: int) -> NDArray[np.float32]:
    """Where places along one axis of the original image lie in the reduced one."""
    return (places - np.float32(cut_px + 1)) * np.float32(2 / 3)


def at_500_ppi(places: NDArray[np.intp], cut_px: int, lag_px: int) -> NDArray[np.intp]:
    """Where places along one axis of a reduced image lie in the original one. `lag_px`: by how much they are too small.

    By whole numbers as the reference has it, so that what it counts around them is the same.
    """
    shift = lag_px + cut_px * 2 // 3
    tenths = np.floor(places * _TO_TENTHS_MM) + int(shift * _TO_TENTHS_MM)
    return np.asarray(np.floor(tenths * _TO_500_PPI + 0.5), np.intp)
