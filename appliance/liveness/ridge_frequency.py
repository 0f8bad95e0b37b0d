"""Whether ridges lie as far apart as a finger's, and not everywhere equally far.

The period in a block is that of the wave with the same energy in itself and in its slope (the spectrum's second moment;
Rice, Mathematical analysis of random noise, Bell System Technical Journal 24, 1945).
"""

from __future__ import annotations

import cv2
import numpy as np

from appliance.liveness.grading import graded, ramp
from appliance.liveness.impression import Grid, Impression, block_means
from appliance.model.liveness import Hint

CODE = "ridge-frequency"
_NARROW_PX, _TOO_NARROW_PX = 4.6, 3.8
_WIDE_PX, _TOO_WIDE_PX = 14.0, 18.0
"""At 500 ppi: an adult's ridges are 7 to 12 pixels apart, a small child's 5 to 8."""
_VARIED, _CONSTANT = 0.06, 0.02
"""Between quartiles, of the median. Among the reference impressions it is 0.08 at least."""
_SLOPE = np.array([[1.0, -8.0, 0.0, 8.0, -1.0]], np.float32) / np.float32(12.0)


def ridge_frequency(impression: Impression) -> Hint:
    """Of an impression with a finger on it."""
    first, median, third = (float(q) for q in np.percentile(ridge_periods(impression)[impression.ridged], [25, 50, 75]))
    spread = (third - first) / median
    narrow, wide = ramp(median, _NARROW_PX, _TOO_NARROW_PX), ramp(median, _WIDE_PX, _TOO_WIDE_PX)
    constant = ramp(spread, _VARIED, _CONSTANT)
    return graded(CODE, max(narrow, wide, constant), period_px=median, period_spread=spread)


def ridge_periods(impression: Impression) -> Grid:
    """(H/16, W/16) float32, pixels at 500 ppi."""
    waves = cv2.blur(impression.ridges, (3, 3))
    across, down = (cv2.filter2D(waves, cv2.CV_32F, kernel) for kernel in (_SLOPE, _SLOPE.T))
    slope = block_means(np.square(across) + np.square(down))
    energy = block_means(np.square(waves))
    return np.asarray(2 * np.pi * np.sqrt(energy / (slope + np.float32(1e-3))), np.float32)
