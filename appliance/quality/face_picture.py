"""What a picture has to be before a face is judged in it, whoever judges."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from appliance.face.picture import LARGEST_PIXELS, LONGEST_EDGE_PX
from drivers.contracts import Pixels

LEAST_EDGE_PX: Final = 64


def refusal(pixels: Pixels) -> str | None:
    """The code of why nothing can be judged here; None for (H, W) or (H, W, 3) uint8 of a size that can."""
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
        return "not-an-image"
    if min(pixels.shape[:2]) < LEAST_EDGE_PX:
        return "image-too-small"
    if pixels.shape[0] * pixels.shape[1] > LARGEST_PIXELS or max(pixels.shape[:2]) > LONGEST_EDGE_PX:
        return "image-too-large"
    return None


def in_colour(pixels: Pixels) -> Pixels:
    """(H, W, 3) B, G, R; grey is taken as colour."""
    return pixels if pixels.ndim == 3 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), np.uint8)
