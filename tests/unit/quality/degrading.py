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


def smeared(pixels: Pixels, length_px: float) -> Pixels:
    """Drawn down over so many pixels."""
    return np.asarray(cv2.blur(pixels, (1, int(length_px))), np.uint8)


def wetter(pixels: Pixels, width_px: float) -> Pixels:
    """Ridges that run into each other."""
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (int(width_px), int(width_px)))
    return np.asarray(cv2.erode(pixels, brush), np.uint8)


def drier(pixels: Pixels) -> Pixels:
    """Ridges that touch the glass in places only."""
    speckle = cv2.GaussianBlur(np.random.default_rng(1).normal(size=pixels.shape).astype(np.float32), (0, 0), 1.3)
    return np.where(speckle > 0.05 * speckle.std(), np.uint8(236), pixels)


def lower(pixels: Pixels, rows_px: float) -> Pixels:
    """Shifted down on the glass, up where negative."""
    return _shifted(pixels, 0, int(rows_px))


def further_right(pixels: Pixels, columns_px: float) -> Pixels:
    return _shifted(pixels, int(columns_px), 0)


def _shifted(pixels: Pixels, right_px: int, down_px: int) -> Pixels:
    motion = np.array([[1, 0, right_px], [0, 1, down_px]], np.float32)
    size = pixels.shape[1], pixels.shape[0]
    return np.asarray(cv2.warpAffine(pixels, motion, size, borderValue=int(pixels[0, 0])), np.uint8)


def falls(values: Sequence[float], slack: float = 0.0) -> bool:
    """Never up by more than `slack`, and down over all."""
    return all(after <= before + slack for before, after in pairwise(values)) and values[-1] < values[0]
