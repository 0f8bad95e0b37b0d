"""What every picture of a person has to be before it is looked at, and how it is made small."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from appliance.errors import QualityError
from drivers.contracts import Pixels

LARGEST_PIXELS: Final = 64 * 1024 * 1024
LONGEST_EDGE_PX: Final = 32_766
"""OpenCV counts the pixels of what it turns in 16 bits."""


def require_picture(pixels: Pixels) -> None:
    """Raises QualityError unless it is (h, w) grey or (h, w, 3) B, G, R; uint8, of a size that can be looked at."""
    is_picture = pixels.dtype == np.uint8 and (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3))
    if not is_picture or not pixels.size:
        raise QualityError("A picture of a person has one or three values of 8 bits for each pixel: this one does not.")
    if pixels.shape[0] * pixels.shape[1] > LARGEST_PIXELS or max(pixels.shape[:2]) > LONGEST_EDGE_PX:
        raise QualityError("This picture of a person has more pixels than can be looked at.")


def shrunk(pixels: Pixels, width_px: int, height_px: int) -> Pixels:
    """The picture in another size, each pixel the mean of those that it stands for; enlarged linearly.

    Halved as often as it can be, which leaves out an odd last row or column: means of four are five times as quick as
    those over an uneven number.
    """
    height, width = pixels.shape[:2]
    while width >= 2 * width_px and height >= 2 * height_px and width > 2 and height > 2:
        pixels = np.asarray(pixels[: height & ~1, : width & ~1], np.uint8)
        width, height = width // 2, height // 2
        pixels = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    kind = cv2.INTER_AREA if width >= width_px and height >= height_px else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (width_px, height_px), interpolation=kind), np.uint8)


def red_green_blue(pixels: Pixels) -> Pixels:
    """(h, w, 3) in the networks' order R, G, B."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB if pixels.ndim == 2 else cv2.COLOR_BGR2RGB), np.uint8)
