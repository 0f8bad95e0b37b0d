"""Whether ridges are light on dark: an impression whose sensor's picture was not turned round, or was turned twice."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from appliance.quality.foreground import Mask
from appliance.quality.ridge_bands import BLOCK_PX, Plane

_LEAST_SHARE: Final = 0.03
_DARK_GLASS, _LIGHTER_FINGER = 40.0, 10.0
"""Grey levels. Of 240 reference impressions the darkest glass has 52. Where the glass is grey, as on thermal and some
capacitive sensors, a print and its negative look alike, and neither is called inverted."""


def is_inverted(grey: Plane, foreground: Mask) -> bool:
    """(H, W) at 500 ppi and the blocks of the finger: whether the bare glass is dark and the finger lighter than it."""
    bare = cv2.erode((~foreground).astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1) > 0
    if bare.mean() < _LEAST_SHARE:
        return False
    glass, finger = grey[_pixels(bare)], grey[_pixels(foreground)]
    level = float(np.median(glass))
    return level < _DARK_GLASS and float(finger.mean()) > level + _LIGHTER_FINGER


def _pixels(blocks: Mask) -> Mask:
    return np.asarray(np.repeat(np.repeat(blocks, BLOCK_PX, axis=0), BLOCK_PX, axis=1), np.bool_)
