"""Whether ridges are light on dark: an impression whose sensor's picture was not turned round, or was turned twice."""

from __future__ import annotations

import cv2
import numpy as np

from appliance.quality.nfiq2.regions import Tiles, has_contrast

_DARK_GLASS, _LIGHTER_FINGER = 40.0, 10.0
"""Grey levels. Of 240 reference impressions the darkest glass has 52. Where the glass is grey, as on thermal and some
capacitive sensors, a print and its negative look alike, and neither is called inverted."""


def is_inverted(grey: Tiles) -> bool:
    """Of an impression at 500 ppi: whether the bare glass is dark and the finger lighter than it."""
    finger = has_contrast(grey)
    bare = cv2.erode((~finger).astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1) > 0
    if not bare.any() or not finger.any():
        return False
    level = float(np.median(grey.mean[bare]))
    return level < _DARK_GLASS and float(grey.mean[finger].mean()) > level + _LIGHTER_FINGER
