"""Impressions made for the hints: waves that no finger has, rims, copies of copies."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels

SIDE_PX = 384


def wave(period_px: float, *, bend: float = 0.0, contrast: float = 90.0) -> Pixels:
    """(384, 384) uint8: ridges `period_px` apart all over; `bend` makes the period vary by that share."""
    down, across = np.mgrid[0:SIDE_PX, 0:SIDE_PX].astype(np.float64)
    place = across * np.cos(0.5) + down * np.sin(0.5)
    phase = 2 * np.pi / period_px * (place + bend * 30.0 * np.sin(place / 30.0))
    return np.asarray(np.clip(np.round(128 + contrast * np.cos(phase)), 0, 255), np.uint8)


def fingertip(pattern: Pixels, *, glass: int = 230) -> Pixels:
    """A pattern within an ellipse, and glass around it."""
    inside = ellipse(pattern.shape, 0.0) > 0
    return np.where(inside, pattern, np.uint8(glass)).astype(np.uint8)


def rimmed(print_on_glass: Pixels, level: int) -> Pixels:
    """A print of `fingertip` with an even rim around it, 36 pixels wide."""
    around = (ellipse(print_on_glass.shape, 40.0) > 0) & (ellipse(print_on_glass.shape, 4.0) == 0)
    return np.where(around, np.uint8(level), print_on_glass).astype(np.uint8)


def copied(pixels: Pixels) -> Pixels:
    """All black or white."""
    return np.where(pixels > 128, np.uint8(255), np.uint8(0)).astype(np.uint8)


def ellipse(shape: tuple[int, ...], wider_px: float) -> NDArray[np.uint8]:
    height, width = shape[:2]
    axes = (round(width * 0.27 + wider_px), round(height * 0.32 + wider_px))
    drawn = cv2.ellipse(np.zeros((height, width), np.uint8), (width // 2, height // 2), axes, 0, 0, 360, 1, -1)
    return np.asarray(drawn, np.uint8)
