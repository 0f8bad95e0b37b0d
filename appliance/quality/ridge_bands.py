"""A small page split by how fine its structure is, as two energies per block. Not a judgement.

Parseval's theorem lets one transform of the whole image stand for a transform of every block: the image is filtered
by rings of spatial frequency, and the squares are averaged.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

BLOCK_PX = 16
"""At 500 ppi. Windows are two blocks wide and overlap by one: about three ridges."""

Grid = NDArray[np.float32]
Plane = NDArray[np.float32]
_PADDING_PX = 12
# Periods in pixels at 500 ppi: adult ridges are 7 to 12 apart, a child's 5 to 8.
_RELIEF, _RELIEF_EDGE = 1 / 24, 1 / 48
_RIDGES_LOW, _RIDGES_LOW_EDGE = 1 / 13, 0.02
_RIDGES_HIGH, _RIDGES_HIGH_EDGE = 1 / 5.8, 0.04


@dataclass(frozen=True, slots=True, eq=False)
class RidgeBands:
    """Mean squares per block of 16 pixels, grey levels squared: all structure, and ridges."""

    relief: Grid
    ridges: Grid


def split_bands(grey: Plane) -> RidgeBands:
    """(H, W) float32 at 500 ppi, H and W multiples of 16, to two (H/16, W/16) float32 grids."""
    height, width = grey.shape
    rows, columns = (cv2.getOptimalDFTSize(side + 2 * _PADDING_PX) for side in (height, width))
    top, left = (rows - height) // 2, (columns - width) // 2
    padded = cv2.copyMakeBorder(
        grey - grey.mean(), top, rows - height - top, left, columns - width - left, cv2.BORDER_REFLECT
    )
    spectrum = cv2.dft(padded)
    grids = []
    for ring in _rings(rows, columns):
        band = cv2.idft(cv2.mulSpectrums(spectrum, ring, 0), flags=cv2.DFT_SCALE)
        grids.append(block_means(np.square(band[top : top + height, left : left + width])))
    return RidgeBands(*grids)


def block_means(plane: Plane) -> Grid:
    """(H, W) to (H/16, W/16) means."""
    height, width = plane.shape
    size = (width // BLOCK_PX, height // BLOCK_PX)
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


def windows(grid: Grid) -> Grid:
    """Means over two by two blocks: (R, C) to (R - 1, C - 1)."""
    return np.asarray((grid[:-1, :-1] + grid[1:, :-1] + grid[:-1, 1:] + grid[1:, 1:]) / 4.0, np.float32)


@lru_cache(maxsize=8)
def _rings(rows: int, columns: int) -> tuple[Plane, Plane]:
    """Soft-edged frequency masks in OpenCV's packed form for real images, which halves the work."""
    frequency = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.fftfreq(columns)[None, :])
    relief = _rise(frequency, _RELIEF, _RELIEF_EDGE)
    ridges = _rise(frequency, _RIDGES_LOW, _RIDGES_LOW_EDGE) - _rise(frequency, _RIDGES_HIGH, _RIDGES_HIGH_EDGE)
    return _packed(relief), _packed(ridges)


def _rise(frequency: NDArray[np.float64], at: float, edge: float) -> NDArray[np.float64]:
    return np.clip((frequency - at) / edge + 0.5, 0.0, 1.0)


def _packed(mask: NDArray[np.float64]) -> Plane:
    """A real, even spectrum packed by way of the filter that it is the spectrum of."""
    kernel = np.fft.irfft2(mask[:, : mask.shape[1] // 2 + 1], s=mask.shape).astype(np.float32)
    return np.asarray(cv2.dft(kernel), np.float32)
