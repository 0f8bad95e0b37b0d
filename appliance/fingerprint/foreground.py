"""Where the finger lies in an impression of one: for guidance, and for whatever looks only at skin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from appliance.fingerprint.contact_map import contact_map
from appliance.fingerprint.hand_angle import Moments, axis
from drivers.contracts import Pixels

_CLOSED_MM: Final = 1.6
"""Gaps of skin that touches nothing, which the mask closes."""
_LEAST_MM2: Final = 12.0
"""Less is dirt."""


@dataclass(frozen=True)
class Foreground:
    """`mask`: (rows, columns) uint8, 1 on skin, in cells of `cell_px` pixels. `box`: left, top, right, bottom in
    pixels, half open. `angle_deg`: from upright, clockwise, in (-90, 90]; it says as much as `elongation`, from 0 to
    1, allows. `touches`: the borders that the finger reaches, of left, top, right and bottom."""

    mask: Pixels
    cell_px: float
    area_mm2: float
    box: tuple[int, int, int, int]
    centre: tuple[float, float]
    angle_deg: float
    elongation: float
    touches: tuple[bool, bool, bool, bool]


def foreground(pixels: Pixels, resolution_ppi: float = 500.0) -> Foreground | None:
    """Of (h, w) uint8, dark ridges on light; None where no finger lies. Raises QualityError: not such an image."""
    of = contact_map(pixels, resolution_ppi)
    if of is None:
        return None
    gap = 2 * round(_CLOSED_MM / of.cell_mm / 2) + 1
    closed = cv2.morphologyEx(of.mask, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, centroids = cv2.connectedComponentsWithStats(opened, connectivity=8)
    if count < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    area_mm2 = float(stats[largest, cv2.CC_STAT_AREA]) * of.cell_mm**2
    if area_mm2 < _LEAST_MM2:
        return None
    mask = np.asarray(labels == largest, np.uint8)
    left, top, width, height = (int(value) for value in stats[largest, :4])
    rows, columns = mask.shape
    touches = (left == 0, top == 0, left + width == columns, top + height == rows)
    side = round(of.cell_px)
    box = (left * side, top * side, (left + width) * side, (top + height) * side)
    x, y = (float(value + 0.5) * of.cell_px for value in centroids[largest])
    lies = axis(Moments.of(np.argwhere(mask)[:, ::-1].astype(np.float64)))
    return Foreground(mask, of.cell_px, area_mm2, box, (x, y), lies.angle_deg, lies.elongation, touches)
