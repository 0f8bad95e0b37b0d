"""The pixels of each region, turned so that its ridges stand upright or lie flat.

After the reference, which turns a region by nearest neighbour (OpenCV's `warpAffine`: coordinates in 1024ths of a
pixel, rounded down after half a pixel is added) and then cuts a block of 32 x 16 out of it, the long side across the
ridges.
"""

from __future__ import annotations

from typing import Any, Final

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
_ACROSS: Final = np.arange(_FRAME_PX // 2 - LONG_PX // 2, _FRAME_PX // 2 + LONG_PX // 2)
_ALONG: Final = np.arange(_FRAME_PX // 2 - SHORT_PX // 2, _FRAME_PX // 2 + SHORT_PX // 2)
"""Where in the turned frame the block lies."""


def slanted(
    pixels: Pixels,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    angles_rad: NDArray[np.float64],
    *,
    lying: bool = False,
    pad_px: int = 0,
) -> Pixels:
    """(16, 32, n) uint8, along the ridges and across them, of the n regions whose margin begins at `rows` and `columns`
    of a contiguous image, turned by `angles_rad` so that the ridges are upright, or `lying`.

    `pad_px`: so many pixels around the region belong to it as well, those outside the image as zeros. It then turns
    around a point that lies as much farther down and right, as in the reference for two of its three measures.
    """
    height, width = pixels.shape
    left, span_x = _seen(columns, width, pad_px)
    top, span_y = _seen(rows, height, pad_px)
    centre = _FRAME_PX / 2 + pad_px
    cosine, sine = np.cos(angles_rad), np.sin(angles_rad)
    x_shift = centre - cosine * centre + sine * centre
    y_shift = centre - sine * centre - cosine * centre
    x, y = (_ALONG, _ACROSS) if lying else (_ACROSS, _ALONG)
    of_y = (_fixed(x_shift - np.outer(y, sine)) + _UNIT // 2, _fixed(np.outer(y, cosine) + y_shift) + _UNIT // 2)
    of_x = (_fixed(np.outer(x, cosine)) - left * _UNIT, _fixed(np.outer(x, sine)) - top * _UNIT)
    at_x, at_y = (
        (a if lying else b).astype(np.uint16)[:, None] + (b if lying else a).astype(np.uint16)
        for a, b in zip(of_x, of_y, strict=True)
    )
    # What is negative is a large number in 16 bits.
    is_seen = at_x < (span_x * _UNIT).astype(np.uint16)
    is_seen &= at_y < (span_y * _UNIT).astype(np.uint16)
    at_x >>= _BITS
    at_y >>= _BITS
    place = np.multiply(at_y, width, dtype=np.int32)
    place += at_x
    place += ((rows - pad_px + top) * width + (columns - pad_px + left)).astype(np.int32)
    taken = np.asarray(pixels.ravel().take(place, mode="clip"), np.uint8)
    taken *= is_seen.view(np.uint8)
    return taken


def _seen(begin: NDArray[np.intp], extent: int, pad_px: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Along one axis: from which pixel of its padded frame on a region is within the image, and how many are."""
    first = np.maximum(pad_px - begin, 0)
    return first, np.minimum(_FRAME_PX + 2 * pad_px, extent - begin + pad_px) - first


def _fixed(values: NDArray[Any]) -> NDArray[Any]:
    """In 1024ths: whole numbers of 32 bits."""
    return np.asarray(np.rint(values * _UNIT), np.int32)
