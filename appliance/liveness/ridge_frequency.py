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
_NARROW_PX, _TOO_NARROW_PX = 5.0, 3.5
_WIDE_PX, _TOO_WIDE_PX = 14.0, 18.0
"""At 500 ppi: an adult's ridges are 7 to 12 pixels apart, a small child's 5 to 8."""
_VARIED, _CONSTANT = 0.045, 0.015
"""Deviation by mean of the period. Among the reference impressions it is 0.058 at least."""
_ACROSS, _DOWN = np.array([[-0.5, 0.0, 0.5]], np.float32), np.array([[-0.5], [0.0], [0.5]], np.float32)


def ridge_frequency(impression: Impression) -> Hint:
    """Of an impression with a finger on it."""
    periods = ridge_periods(impression)[impression.inside]
    median, variation = float(np.median(periods)), float(periods.std() / periods.mean())
    narrow, wide = ramp(median, _NARROW_PX, _TOO_NARROW_PX), ramp(median, _WIDE_PX, _TOO_WIDE_PX)
    constant = ramp(variation, _VARIED, _CONSTANT)
    return graded(CODE, max(narrow, wide, constant), period_px=median, period_variation=variation)


def ridge_periods(impression: Impression) -> Grid:
    """(H/16, W/16) float32, pixels at 500 ppi."""
    waves = cv2.blur(impression.ridges, (3, 3))
    across, down = (cv2.filter2D(waves, cv2.CV_32F, kernel) for kernel in (_ACROSS, _DOWN))
    slope = block_means(cv2.multiply(across, across) + cv2.multiply(down, down))
    energy = block_means(cv2.multiply(waves, waves))
    # What a difference of neighbours gives of a wave is the sine of its angular frequency.
    sine = np.sqrt(slope / (energy + np.float32(1e-3)))
    return np.asarray(2 * np.pi / np.arcsin(np.clip(sine, 0.05, 1.0)), np.float32)
