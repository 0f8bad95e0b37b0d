"""The region of interest: where in the image the finger is, and how its ridges flow there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.quality.nfiq2.regions import SIDE_PX, Covariance, sums_of_tiles
from drivers.contracts import Pixels

_TILE_PX: Final = SIDE_PX
_ERODED_PX: Final = 5
_BLUR_PX: Final = 41
_WIDE_BLUR_PX: Final = 91
_MEAN_PX: Final = 4


def _wide_bell() -> NDArray[np.float32]:
    """Of the deviation that OpenCV gives a blur of 91 pixels, in means."""
    deviation_px = 0.3 * ((_WIDE_BLUR_PX - 1) / 2 - 1) + 0.8
    deviation = np.sqrt(deviation_px**2 - (_MEAN_PX**2 - 1) / 12) / _MEAN_PX
    reach = int(np.ceil(deviation * 3.2))
    bell = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * deviation**2))
    return np.asarray(bell / bell.sum(), np.float32)


_WIDE_BELL: Final = _wide_bell()
_WHITE: Final = 255
_NONE: Final = -1


@dataclass(frozen=True)
class RegionOfInterest:
    """`mask`: (h, w) uint8, 255 on the finger. `tiles`: (rows, columns) of `SIDE_PX`, whether any of it is."""

    mask: Pixels
    tiles: NDArray[np.bool_]
    area_px: int
    mean_grey: float


def region_of_interest(pixels: Pixels) -> RegionOfInterest:
    """Of (h, w) uint8."""
    mask = _one_piece(_dark(pixels))
    area = cv2.countNonZero(mask)
    mean = cv2.mean(pixels, mask)[0] if area else float(_WHITE)
    return RegionOfInterest(mask, _touched(mask), area, mean)


def _dark(pixels: Pixels) -> Pixels:
    """255 where the image is dark from afar."""
    seen = np.asarray(cv2.erode(pixels, np.ones((_ERODED_PX, _ERODED_PX), np.uint8)), np.uint8)
    for blurred in (_blurred, _blurred_wide):
        seen = np.asarray(cv2.threshold(blurred(seen), 0, _WHITE, cv2.THRESH_OTSU)[1], np.uint8)
    return np.asarray(cv2.bitwise_not(seen), np.uint8)


def _blurred(pixels: Pixels) -> Pixels:
    """As `cv2.GaussianBlur` of whole numbers, which takes four times as long; all but a few pixels are equal."""
    bell = cv2.getGaussianKernel(_BLUR_PX, 0, cv2.CV_32F)
    blurred = cv2.sepFilter2D(pixels, cv2.CV_32F, bell, bell, borderType=cv2.BORDER_REFLECT_101)
    return _whole_numbers(blurred)


def _blurred_wide(pixels: Pixels) -> Pixels:
    """The same of what is black or white, so wide that it is as good from means of 4 x 4 pixels: what they blur already
    is taken off."""
    height, width = pixels.shape
    down, right = -height % _MEAN_PX, -width % _MEAN_PX
    whole = cv2.copyMakeBorder(pixels, 0, down, 0, right, cv2.BORDER_REFLECT_101)
    size = whole.shape[1], whole.shape[0]
    blurred = cv2.sepFilter2D(
        _means(np.asarray(whole, np.uint8)), -1, _WIDE_BELL, _WIDE_BELL, borderType=cv2.BORDER_REFLECT
    )
    return _whole_numbers(cv2.resize(blurred, size, interpolation=cv2.INTER_LANCZOS4)[:height, :width])


def _means(pixels: Pixels) -> NDArray[np.float32]:
    """Of each 4 x 4 of (h, w) uint8, 0 or 255: so few ones are counted in bytes."""
    ones = pixels & np.uint8(1)
    lines = ones[0::_MEAN_PX] + ones[1::_MEAN_PX] + ones[2::_MEAN_PX] + ones[3::_MEAN_PX]
    count = lines[:, 0::_MEAN_PX] + lines[:, 1::_MEAN_PX] + lines[:, 2::_MEAN_PX] + lines[:, 3::_MEAN_PX]
    return np.asarray(count * np.float32(_WHITE / _MEAN_PX**2), np.float32)


def _whole_numbers(values: Any) -> Pixels:
    """The nearest, at most 255; of a blur none is less than nothing by as much as would count."""
    return np.asarray(cv2.convertScaleAbs(values), np.uint8)


def _one_piece(mask: Pixels) -> Pixels:
    """Without its holes, and of several pieces the one whose box is the largest."""
    contours, hierarchy = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    pieces = 0
    for number, (_, _, _, parent) in enumerate(hierarchy[0] if contours else ()):
        if parent == _NONE:
            pieces += 1
        else:
            cv2.drawContours(mask, contours, number, _WHITE, cv2.FILLED)
    if pieces <= 1:
        return mask
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    boxes = stats[1:, cv2.CC_STAT_WIDTH] * stats[1:, cv2.CC_STAT_HEIGHT]
    return np.asarray((labels == 1 + int(boxes.argmax())) * np.uint8(_WHITE), np.uint8)


def _touched(mask: Pixels) -> NDArray[np.bool_]:
    """By the mean of what is white, as the reference has it: in a smaller tile at the border its rounding may call
    pure white a shade darker, and count it."""
    sums, areas = sums_of_tiles(cv2.integral(mask))
    return np.asarray((_WHITE * areas - sums) * (1 / areas) < _WHITE)


def coherence(of: Covariance, touched: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(rows, columns) of the tiles: 1 where all gradients have one direction; 0 outside the region of interest."""
    strength = of.xx + of.yy
    values = np.hypot(of.xx - of.yy, 2 * of.xy) / np.where(strength > 0, strength, 1.0)
    return np.where(touched, values, 0.0)
