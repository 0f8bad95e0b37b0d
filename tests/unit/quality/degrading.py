"""Pictures made worse step by step, for tests that say: worse never scores better."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import cv2
import numpy as np

from drivers.contracts import Pixels

Degradation = Callable[[Pixels, float], Pixels]


def blurred(pixels: Pixels, sigma_px: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma_px), np.uint8) if sigma_px else pixels


def paler(pixels: Pixels, lost: float) -> Pixels:
    """Contrast reduced around the middle of the scale."""
    return np.asarray(np.round(128 + (pixels.astype(np.float32) - 128) * (1 - lost)), np.uint8)


def darker(pixels: Pixels, lost: float) -> Pixels:
    return np.asarray(np.round(pixels.astype(np.float32) * (1 - lost)), np.uint8)


def noisier(pixels: Pixels, deviation: float) -> Pixels:
    noise = np.random.default_rng(1).normal(0.0, 1.0, pixels.shape) * deviation
    return np.asarray(np.clip(np.round(pixels + noise), 0, 255), np.uint8)


def smaller_finger(pixels: Pixels, lost: float) -> Pixels:
    """Less of the finger on the glass: what lies outside a shrinking disc becomes glass."""
    height, width = pixels.shape
    y, x = np.ogrid[:height, :width]
    outside = np.hypot((x - width / 2) / (width / 2), (y - height / 2) / (height / 2)) > 1.1 * (1 - lost)
    return np.where(outside, np.uint8(236), pixels)


def falls(values: Sequence[float], slack: float = 0.0) -> bool:
    """Never up by more than `slack`, and down over all."""
    return all(after <= before + slack for before, after in pairwise(values)) and values[-1] < values[0]
