"""Where the finger is: the largest connected part of an impression that has structure in it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.quality.ridge_bands import Grid

LEAST_DEVIATION = 10.0
"""Grey levels. The faintest of 244 reference impressions has 16.7 on average."""

Mask = NDArray[np.bool_]


def find_foreground(relief: Grid) -> Mask:
    """(R, C) bool, from mean squares per block; all False where nothing was presented."""
    structured = (np.sqrt(relief) > LEAST_DEVIATION).astype(np.uint8)
    opened = cv2.morphologyEx(structured, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
    if count < 2:
        return np.zeros(relief.shape, np.bool_)
    return np.asarray(labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])), np.bool_)


def whole_windows(foreground: Mask) -> Mask:
    """(R - 1, C - 1): the windows of two by two blocks that lie in the foreground altogether."""
    return foreground[:-1, :-1] & foreground[1:, :-1] & foreground[:-1, 1:] & foreground[1:, 1:]
