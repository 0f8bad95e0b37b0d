"""What every image of fingers has to be before it is looked at, and how it comes to be that."""

from __future__ import annotations

import cv2
import numpy as np

from appliance.errors import QualityError
from drivers.contracts import Pixels

PPI = 500
_TOLERANCE = 0.02


def require_grey(pixels: Pixels, least_edge_px: int = 0) -> None:
    """Raises QualityError unless it is (h, w) uint8, so high and wide at least. Its size is not judged but for that."""
    if pixels.ndim != 2 or pixels.dtype != np.uint8:
        raise QualityError("An image of fingers has one grey value of 8 bits for each pixel: this one does not.")
    if min(pixels.shape) < least_edge_px:
        raise QualityError(f"An impression is at least {least_edge_px} pixels high and wide: this one is not.")


def grey_at_500_ppi(pixels: Pixels, resolution_ppi: int) -> Pixels:
    """(h, w) uint8, of (H, W) or (H, W, 3) B, G, R uint8 at about 500 ppi or more; scaled down, never up."""
    grey = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    if resolution_ppi > PPI * (1 + _TOLERANCE):
        scale = PPI / resolution_ppi
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
    if resolution_ppi < PPI * (1 - _TOLERANCE):
        return "resolution-too-low"
    if min(pixels.shape[:2]) * min(1.0, PPI / resolution_ppi) < least_edge_px:
        return "image-too-small"
    if pixels.shape[0] * pixels.shape[1] > most_px:
        return "image-too-large"
    return None
