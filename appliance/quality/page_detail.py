"""Whether something is printed on a page, how much, and how sharply."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from drivers.contracts import Pixels

CELL_PX = 8
JUDGED_EDGE_PX = 1000
"""The page is judged at this length, so that the same blur counts the same at 300 and at 600 ppi."""
LEAST_DEVIATION = 8.0


@dataclass(frozen=True, slots=True)
class PageDetail:
    """`printed_share` of the page's cells, 0 to 1. `sharpness` is 0 where nothing is printed.

    `sharpness` is the second derivative's size against the print's contrast: specimens have 1.0 to 3.1, blurred by
    a 250th of their length 0.15 to 0.77, white noise 4.5.
    """

    printed_share: float
    sharpness: float


def judged_size(grey: Pixels) -> Pixels:
    """(H, W) uint8, at most 1000 pixels long."""
    scale = JUDGED_EDGE_PX / max(grey.shape)
    if scale >= 1.0:
        return grey
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def page_detail(grey: Pixels) -> PageDetail:
    """From (H, W) uint8 of judged size, both sides at least 8."""
    height, width = (side // CELL_PX * CELL_PX for side in grey.shape)
    levels = grey[:height, :width].astype(np.float32)
    cells = (width // CELL_PX, height // CELL_PX)
    mean = cv2.resize(levels, cells, interpolation=cv2.INTER_AREA)
    square = cv2.resize(levels * levels, cells, interpolation=cv2.INTER_AREA)
    bend = cv2.Laplacian(levels, cv2.CV_32F)
    bent = np.sqrt(cv2.resize(bend * bend, cells, interpolation=cv2.INTER_AREA))
    deviation = np.sqrt(np.maximum(square - mean * mean, 0.0))
    printed = deviation > LEAST_DEVIATION
    if not printed.any():
        return PageDetail(0.0, 0.0)
    return PageDetail(float(printed.mean()), float(bent[printed].mean() / deviation[printed].mean()))
