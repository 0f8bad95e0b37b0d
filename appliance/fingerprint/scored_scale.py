"""Impressions at the resolution that they are scored at. The image that is kept stays as it came."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from drivers.contracts import Pixels

SCORED_PPI: Final = 500
_TOLERANCE: Final = 1.02


def at_500_ppi(pixels: Pixels, resolution_ppi: int) -> Pixels:
    """(h, w) uint8 grey of (H, W) or (H, W, 3) uint8; what is finer is scaled down by area, nothing enlarged."""
    grey = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    if resolution_ppi > SCORED_PPI * _TOLERANCE:
        scale = SCORED_PPI / resolution_ppi
        size = tuple(max(1, round(side * scale)) for side in (grey.shape[1], grey.shape[0]))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.uint8)


def refusal(pixels: Pixels, resolution_ppi: int | None, *, least_edge_px: int, most_px: int) -> str | None:
    """Why these pixels are not looked at, whatever was handed over, as a stable code; None where they are.

    `least_edge_px` is at 500 ppi, `most_px` of the image as it is."""
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.ndim not in (2, 3):
        return "not-an-image"
    if pixels.ndim == 3 and pixels.shape[2] != 3:
        return "not-an-image"
    if resolution_ppi is None:
        return "resolution-unknown"
    if resolution_ppi < SCORED_PPI * (2 - _TOLERANCE):
        return "resolution-too-low"
    if min(pixels.shape[:2]) * min(1.0, SCORED_PPI / resolution_ppi) < least_edge_px:
        return "image-too-small"
    if pixels.shape[0] * pixels.shape[1] > most_px:
        return "image-too-large"
    return None
