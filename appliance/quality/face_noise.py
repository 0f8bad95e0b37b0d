"""How much a sensor's noise moves each pixel of a face: what must count neither as sharpness nor as contrast.

After J. Immerkaer, Fast noise variance estimation, Computer Vision and Image Understanding 64(2), 1996; with the
median for the mean, so that the edges of a sharp face are not taken for noise.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from drivers.contracts import Pixels

_MASK: Final = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
"""Blind to steps and slopes; its answer to white noise of deviation 1 has deviation 6."""
_GAIN: Final = 6.0
_NORMAL_QUARTILE: Final = 0.6745


def noise_deviation(grey: Pixels) -> float:
    """From (H, W) uint8, both sides at least 3: the noise's standard deviation in grey levels, 0 upwards."""
    answer = np.abs(cv2.filter2D(grey.astype(np.float32), cv2.CV_32F, _MASK)[1:-1, 1:-1])
    return float(np.median(answer)) / _NORMAL_QUARTILE / _GAIN
