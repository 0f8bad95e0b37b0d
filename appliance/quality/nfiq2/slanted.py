"""The pixels of each region, turned so that its ridges stand upright or lie flat.

After the reference, which turns a region by nearest neighbour (OpenCV's `warpAffine`: coordinates in 1024ths of a
pixel, rounded down after half a pixel is added) and then cuts a block of 32 x 16 out of it, the long side across the
ridges.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.quality.nfiq2.regions import MARGIN_PX, SIDE_PX
from drivers.contracts import Pixels

LONG_PX: Final = 32
SHORT_PX: Final = 16
_FRAME_PX: Final = SIDE_PX + 2 * MARGIN_PX
"""What of the image belongs to a region with its margin."""
_BITS: Final = 10
_UNIT: Final = 1 << _BITS
_ACROSS: Final = np.arange(_FRAME_PX // 2 - LONG_PX // 2, _FRAME_PX // 2 + LONG_PX // 2, dtype=np.float64)
_ALONG: Final = np.arange(_FRAME_PX // 2 - SHORT_PX // 2, _FRAME_PX // 2 + SHORT_PX // 2, dtype=np.float64)
"""Where in the turned frame the block lies."""


def slanted(
    pixels: Pixels,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    angles_rad: NDArray[np.float64],
    *,
    lying: NDArray[np.bool_] | bool = False,
    pad_px: NDArray[np.intp] | int = 0,
) -> Pixels:
    """(16, 32, n) uint8, along the ridges and across them, of the n regions whose margin begins at `rows` and `columns`
    of a contiguous image, turned by `angles_rad` so that the ridges are upright, or `lying`.

    `pad_px`: so many pixels around the region belong to it as well, those outside the image as zeros. It then turns
    around a point that lies as much farther down and right, as in the reference for two of its three measures.
    """
    height, width = pixels.shape
    rows, columns = rows - pad_px, columns - pad_px
    left, top = np.maximum(-columns, 0), np.maximum(-rows, 0)
    side = _FRAME_PX + 2 * np.asarray(pad_px)
    at_x, at_y = _coordinates(angles_rad, side / 2, lying, left, top)
    # What is left of the image or above it is a large number in 16 bits.
    is_seen = at_x < _limit(side, width - columns, left)
    is_seen &= at_y < _limit(side, height - rows, top)
    at_x >>= _BITS
    at_y >>= _BITS
    place = np.multiply(at_y, width, dtype=np.int32)
    place += at_x
    place += ((rows + top) * width + columns + left).astype(np.int32)
    taken = np.asarray(pixels.ravel().take(place, mode="clip"), np.uint8)
    taken *= is_seen.view(np.uint8)
    return taken


def _coordinates(
    angles_rad: NDArray[np.float64],
    centre: NDArray[np.float64],
    lying: NDArray[np.bool_] | bool,
    left: NDArray[np.intp],
    top: NDArray[np.intp],
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """(16, 32, n) each: x and y in 1024ths, from `left` and `top` of the region on; what is less wraps around. Of both
    parts, that down the turned block and that to its right, the reference adds the shift to the first and rounds each.
    """
    cosine, sine = np.cos(angles_rad), np.sin(angles_rad)
    x_shift = centre - cosine * centre + sine * centre
    y_shift = centre - sine * centre - cosine * centre
    down, right = (-sine, cosine, x_shift, y_shift), (cosine, sine, 0.0, 0.0)
    along, across = ([np.where(lying, a, b) for a, b in zip(*of, strict=True)] for of in ((right, down), (down, right)))
    half = _UNIT // 2
    x = _fixed(_ALONG, along[0], along[2], half - left * _UNIT)[:, None] + _fixed(_ACROSS, across[0], across[2])
    y = _fixed(_ALONG, along[1], along[3], half - top * _UNIT)[:, None] + _fixed(_ACROSS, across[1], across[3])
    return x, y


def _fixed(
    places: NDArray[np.float64], by: NDArray[np.float64], shift: NDArray[np.float64], more: NDArray[np.intp] | int = 0
) -> NDArray[np.uint16]:
    """In 1024ths, and as many of them more."""
    values = places[:, None] * by
    values += shift
    values *= _UNIT
    return np.asarray((np.rint(values, out=values) + more).astype(np.int32).astype(np.uint16))


def _limit(side: NDArray[np.intp], extent: NDArray[np.intp], begin: NDArray[np.intp]) -> NDArray[np.uint16]:
    """In 1024ths, how far along one axis from where it begins to be in the image a region is within it."""
    return ((np.minimum(side, extent) - begin) * _UNIT).astype(np.uint16)
