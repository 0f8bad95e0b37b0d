"""The local regions of an impression: sums over them, and what the gradients in each of them say.

A region is seen by itself: at its borders the gradient is a one-sided difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels

SIDE_PX: Final = 32
"""Of a region: two clear ridges at 500 ppi (ISO/IEC 29794-4, 5.1.2)."""
MARGIN_PX: Final = 2
"""Of the regions that are looked at turned: what a slanted block of 32 x 16 needs around it."""
_CONTRAST_MIN: Final = 0.1
"""Of a region's standard deviation, as a part of the image's, for it to be foreground."""


@dataclass(frozen=True)
class Tiles:
    """Mean and variance of the grey values in each tile of `SIDE_PX`, (rows, columns) float64; the last row and
    column may be of smaller tiles. And of the whole image."""

    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    image_mean: float
    image_variance: float


@dataclass(frozen=True)
class Covariance:
    """Of twice the gradients, summed over each region, (rows, columns) float64, exact."""

    xx: NDArray[np.float64]
    yy: NDArray[np.float64]
    xy: NDArray[np.float64]

    def within(self, rows: int, columns: int) -> Covariance:
        """Of the first regions."""
        return Covariance(self.xx[:rows, :columns], self.yy[:rows, :columns], self.xy[:rows, :columns])


def tiles(pixels: Pixels) -> Tiles:
    """Of (h, w) uint8."""
    sums, squares = cv2.integral2(pixels)
    total, areas = sums_of_tiles(sums)
    mean = total / areas
    variance = sums_of_tiles(squares)[0] / areas - mean**2
    image_mean = float(sums[-1, -1]) / pixels.size
    return Tiles(mean, variance, image_mean, float(squares[-1, -1]) / pixels.size - image_mean**2)


def sums_of_tiles(integral: Any) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Of the values whose integral, (h + 1, w + 1), is given: their sums over the tiles, and the tiles' areas."""
    down, right = (_borders(extent - 1) for extent in integral.shape)
    to_left = np.asarray(integral[down[:, None], right], np.float64)
    above = to_left[:, 1:] - to_left[:, :-1]
    return above[1:] - above[:-1], (down[1:] - down[:-1])[:, None] * (right[1:] - right[:-1])


def _borders(extent: int) -> NDArray[np.intp]:
    return np.append(np.arange(0, extent, SIDE_PX), extent)


def has_contrast(of: Tiles) -> NDArray[np.bool_]:
    """(rows, columns) of the tiles."""
    return np.asarray(of.variance > _CONTRAST_MIN**2 * of.image_variance)


def foreground(of: Tiles, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """(rows, columns) of the regions with a margin: whether all four tiles that it touches have contrast."""
    contrast = has_contrast(of)
    rows, columns = grid(shape, MARGIN_PX)
    upper, lower = contrast[:rows], contrast[1 : rows + 1]
    return (upper[:, :columns] & upper[:, 1 : columns + 1]) & (lower[:, :columns] & lower[:, 1 : columns + 1])


def grid(shape: tuple[int, ...], margin_px: int = 0) -> tuple[int, int]:
    """How many rows and columns of whole regions there are between the margins of an image of (height, width)."""
    rows, columns = (max(0, (extent - 2 * margin_px) // SIDE_PX) for extent in shape[:2])
    return rows, columns


def regions(pixels: Pixels, margin_px: int = 0) -> Pixels:
    """What of the image the whole regions between its margins cover, a view."""
    rows, columns = grid(pixels.shape, margin_px)
    return pixels[margin_px : margin_px + rows * SIDE_PX, margin_px : margin_px + columns * SIDE_PX]


def covariance(pixels: Pixels) -> Covariance:
    """Of (h, w) uint8, in tiles of `SIDE_PX` from the left and the top; the last row and column may be smaller."""
    grey = pixels.astype(np.float32)
    x, y = np.empty_like(grey), np.empty_like(grey)
    _differences(grey, x)
    _differences(grey.T, y.T)
    return Covariance(_sum_of_products(x, x), _sum_of_products(y, y), _sum_of_products(x, y))


def _differences(grey: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Along the rows, of a pixel's neighbours in its tile; twice the one-sided difference where a tile begins or ends,
    and nothing where a tile is but a pixel wide."""
    np.subtract(grey[:, 2:], grey[:, :-2], out=out[:, 1:-1])
    of_begin = grey[:, 1::SIDE_PX] - grey[:, :-1:SIDE_PX]
    of_end = grey[:, SIDE_PX - 1 :: SIDE_PX] - grey[:, SIDE_PX - 2 : -1 : SIDE_PX]
    out[:, :-1:SIDE_PX] = 2 * of_begin
    out[:, SIDE_PX - 1 :: SIDE_PX] = 2 * of_end
    rest = grey.shape[1] % SIDE_PX
    if rest:
        out[:, -1] = 2 * (grey[:, -1] - grey[:, -2]) if rest > 1 else 0


def _sum_of_products(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float64]:
    """Whole numbers: those of a tile's columns are too few to be rounded."""
    height, width = a.shape
    whole = height // SIDE_PX
    of_columns = np.empty((-(-height // SIDE_PX), width), np.float32)
    upper = (part[: whole * SIDE_PX].reshape(whole, SIDE_PX, width) for part in (a, b))
    np.einsum("rhw,rhw->rw", *upper, out=of_columns[:whole])
    if whole < len(of_columns):
        np.einsum("hw,hw->w", a[whole * SIDE_PX :], b[whole * SIDE_PX :], out=of_columns[whole])
    return np.asarray(np.add.reduceat(of_columns, np.arange(0, width, SIDE_PX), axis=1, dtype=np.float64))


def orientation_rad(of: Covariance) -> NDArray[np.float64]:
    """Across the ridges, in (-pi/2, pi/2]: half the angle of (xx - yy, xy), which is how the reference has it."""
    return np.asarray(0.5 * np.arctan2(of.xy, of.xx - of.yy))
