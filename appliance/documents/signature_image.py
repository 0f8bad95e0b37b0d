"""A signature's record as an image, dark on white, for people to look at. Pure; the record stays what counts."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import cv2
import numpy as np

from appliance.model.signature import SignatureRecord
from drivers.contracts import Pixels

WIDTH_PX: Final = 900
_TALLEST: Final = 4
"""Height over width at most, of a pad that claims to be a ribbon."""
_PEN_PX: Final = 2.0
_PRESSED_PX: Final = 3.0
"""How wide the page's pad draws at 900 px, and how much wider when it is pressed (`static/signature.js`)."""
_SHIFT: Final = 4
"""Bits of a pixel's fraction in OpenCV's drawing."""
_FARTHEST: Final = 1 << 14
"""Beyond it a coordinate is off the image in any case, and OpenCV's integers would overflow."""


def signature_image(record: SignatureRecord, width_px: int = WIDTH_PX) -> Pixels:
    """(H, W) uint8, 255 is the pad, 0 the ink; W is `width_px`, H follows the pad's shape.

    The harder the pen was pressed, the wider the line. What lies beside the pad is not seen.
    """
    width, height = record.size
    scale = width_px / width
    image = np.full((max(1, min(_TALLEST * width_px, round(height * scale))), width_px), 255, np.uint8)
    for stroke in record.strokes:
        places = [_place(x, y, scale) for x, y, _, _ in stroke]
        widths = [_width(pressure, width_px) for _, _, pressure, _ in stroke]
        if len(places) == 1:
            cv2.line(image, places[0], places[0], 0, widths[0], cv2.LINE_AA, _SHIFT)
        for (start, end), thickness in zip(pairwise(places), widths[1:], strict=True):
            cv2.line(image, start, end, 0, thickness, cv2.LINE_AA, _SHIFT)
    return image


def _place(x: float, y: float, scale: float) -> tuple[int, int]:
    column, row = (max(-_FARTHEST, min(_FARTHEST, value * scale)) for value in (x, y))
    return round(column * (1 << _SHIFT)), round(row * (1 << _SHIFT))


def _width(pressure: float, width_px: int) -> int:
    return max(1, round((_PEN_PX + _PRESSED_PX * pressure) * width_px / WIDTH_PX))
