"""The pixels of each region, turned so that its ridges stand upright or lie flat.

After the reference, which turns a region by nearest neighbour (OpenCV's `warpAffine`: coordinates in 1024ths of a
pixel, rounded down after half a pixel is added) and then cuts a block of 32 x 16 out of it.
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


def slanted(
    pixels: Pixels,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    angles_rad: NDArray[np.float64],
    *,
    height_px: int,
    width_px: int,
    pad_px: int = 0,
) -> Pixels:
    """(n, height, width) uint8 of the n regions whose margin begins at `rows` and `columns` of a contiguous image,
    turned by `angles_rad`.

    `pad_px`: so many pixels around the region belong to it as well, those outside the image as zeros. It then turns
    around a point that lies as much farther down and right, as in the reference for two of its three measures.
    """
    centre = _FRAME_PX / 2 + pad_px
    cosine, sine = np.cos(angles_rad), np.sin(angles_rad)
    x_shift = centre - cosine * centre + sine * centre
    y_shift = centre - sine * centre - cosine * centre
    x = np.arange(_FRAME_PX // 2 - width_px // 2, _FRAME_PX // 2 + width_px // 2)
    y = np.arange(_FRAME_PX // 2 - height_px // 2, _FRAME_PX // 2 + height_px // 2)
    at_x = _fixed(x_shift[:, None] - np.outer(sine, y)) + _UNIT // 2
    at_y = _fixed(np.outer(cosine, y) + y_shift[:, None]) + _UNIT // 2
    across = (at_x[:, :, None] + _fixed(np.outer(cosine, x))[:, None, :]) >> _BITS
    down = (at_y[:, :, None] + _fixed(np.outer(sine, x))[:, None, :]) >> _BITS
    side = _FRAME_PX + 2 * pad_px
    outside = (across.view(np.uint32) >= side) | (down.view(np.uint32) >= side)
    down += (rows - pad_px).astype(np.int32)[:, None, None]
    across += (columns - pad_px).astype(np.int32)[:, None, None]
    height, width = pixels.shape
    if pad_px:
        outside |= (across.view(np.uint32) >= width) | (down.view(np.uint32) >= height)
    down *= width
    down += across
    taken = np.asarray(pixels.ravel().take(down, mode="clip"), np.uint8)
    taken[outside] = 0
    return taken


def _fixed(values: NDArray[Any]) -> NDArray[Any]:
    """In 1024ths: whole numbers of 32 bits."""
    return np.asarray(np.rint(values * _UNIT), np.int32)
