"""What minutiae say of an impression's quality: how many there are, and how the image is around them."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from appliance.quality.nfiq2.names import MINUTIAE, MINUTIAE_CERTAIN, MINUTIAE_GREY, MINUTIAE_IN_CENTRE
from appliance.quality.nfiq2.orientation import certainty
from appliance.quality.nfiq2.regions import SIDE_PX, covariance
from drivers.contracts import Pixels

_CENTRE_PX: Final = 100
"""To either side of the minutiae's centre of mass."""
_GREY: Final = (0.0, 0.5)
"""Darker than the image's mean by more than the one and at most the other, in standard deviations."""
_CERTAIN: Final = 80
"""In hundredths."""


def minutiae_quality(
    pixels: Pixels, x: NDArray[np.intp], y: NDArray[np.intp], *, mean: float, deviation: float
) -> dict[str, float]:
    """The four measures by name, of (h, w) uint8, at least 32 in both, and n minutiae in it. `mean` and `deviation`: of
    the whole image's grey values."""
    if not x.size:
        return {MINUTIAE_IN_CENTRE: 0.0, MINUTIAE: 0.0, MINUTIAE_GREY: -1.0, MINUTIAE_CERTAIN: -1.0}
    darker = (mean - _means_around(pixels, x, y)) / deviation
    return {
        MINUTIAE_IN_CENTRE: float(_in_centre(x, y)),
        MINUTIAE: float(x.size),
        MINUTIAE_GREY: float(((darker > _GREY[0]) & (darker <= _GREY[1])).mean()),
        MINUTIAE_CERTAIN: float(_certain(pixels, x, y).mean()),
    }


def _in_centre(x: NDArray[np.intp], y: NDArray[np.intp]) -> int:
    near = (np.abs(x - x.sum() // x.size) <= _CENTRE_PX) & (np.abs(y - y.sum() // y.size) <= _CENTRE_PX)
    return int(near.sum())


def _means_around(pixels: Pixels, x: NDArray[np.intp], y: NDArray[np.intp]) -> NDArray[np.float64]:
    height, width = pixels.shape
    sums = cv2.integral(pixels)
    left, top = np.maximum(x - SIDE_PX // 2, 0), np.maximum(y - SIDE_PX // 2, 0)
    right, bottom = np.minimum(left + SIDE_PX, width), np.minimum(top + SIDE_PX, height)
    total = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    return np.asarray(total / ((right - left) * (bottom - top)))


def _certain(pixels: Pixels, x: NDArray[np.intp], y: NDArray[np.intp]) -> NDArray[np.bool_]:
    height, width = pixels.shape
    left = np.clip(x - SIDE_PX // 2, 0, width - SIDE_PX)
    top = np.clip(y - SIDE_PX // 2, 0, height - SIDE_PX)
    down, right = pixels.strides
    every = as_strided(
        pixels, (SIDE_PX, height - SIDE_PX + 1, width - SIDE_PX + 1, SIDE_PX), (down, down, right, right)
    )
    values, has_gradient = certainty(covariance(every[:, top, left].reshape(SIDE_PX, -1)))
    return np.asarray((np.where(has_gradient, values, 0.0) * 100 + 0.5).astype(np.intp)[0] > _CERTAIN)
