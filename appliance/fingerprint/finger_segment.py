"""One fingertip in a slap: where it is, and its image by itself."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels

_WHITE = 255


@dataclass(frozen=True)
class FingerSegment:
    """A turned box in the image's pixels. `angle_deg`: from upright, clockwise. `position`: ANSI/NIST-ITL 1-2011 table
    8.

    `is_cut`: the image's border goes through it.
    """

    position: int
    centre: tuple[float, float]
    angle_deg: float
    width_px: float
    height_px: float
    is_cut: bool

    @property
    def corners(self) -> NDArray[np.float64]:
        """(4, 2) x and y: the polygon of field 14.025, from the upper left as the finger stands, clockwise."""
        turn = np.radians(self.angle_deg)
        across = np.array([np.cos(turn), np.sin(turn)]) * self.width_px / 2
        down = np.array([-np.sin(turn), np.cos(turn)]) * self.height_px / 2
        return np.array(self.centre) + np.stack([-across - down, across - down, across + down, -across + down])

    def upright_box(self, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
        """Left, right, top and bottom as in field 14.021, whole pixels inside an image of (height, width)."""
        height, width = shape[:2]
        low, high = np.floor(self.corners.min(axis=0)), np.ceil(self.corners.max(axis=0))
        left, right = np.clip([low[0], high[0]], 0, width - 1).astype(int)
        top, bottom = np.clip([low[1], high[1]], 0, height - 1).astype(int)
        return int(left), int(right), int(top), int(bottom)

    def crop(self, pixels: Pixels, margin_px: int = 0) -> Pixels:
        """(h, w) uint8: the finger upright in its slap's own resolution, resampled once; white beyond the slap."""
        width, height = (max(1, round(side) + 2 * margin_px) for side in (self.width_px, self.height_px))
        turn = np.radians(self.angle_deg)
        linear = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        offset = np.array(self.centre) - 0.5 - linear @ np.array([(width - 1) / 2, (height - 1) / 2])
        placed = np.column_stack([linear, offset])
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        cropped = cv2.warpAffine(
            pixels, placed, (width, height), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=_WHITE
        )
        return np.asarray(cropped, np.uint8)
