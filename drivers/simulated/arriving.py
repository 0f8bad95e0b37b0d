"""How a finger comes to lie on the glass: what a reader with live pictures shows before the impression."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np

from drivers.contracts import Pixels

PICTURES_PER_S: Final = 8
_COMES: Final = 0.3
"""Of the time there is only glass; then the finger slides up, lies lightly, and is pressed."""
_LIES: Final = 0.6
_LIGHT: Final = 0.15
"""Of its contrast, when it only just touches."""


def arriving(impression: Pixels, for_s: float) -> Iterator[Pixels]:
    """Pictures of (h, w) uint8, `PICTURES_PER_S` of them a second, up to the impression itself."""
    height = impression.shape[0]
    glass = float(np.percentile(impression, 95))
    count = max(1, round(for_s * PICTURES_PER_S))
    for number in range(count):
        along = number / count
        low_px = height if along < _COMES else round(height * 0.5 * max(0.0, (_LIES - along) / (_LIES - _COMES)))
        pressed = np.interp(along, (_COMES, _LIES, 1.0), (_LIGHT, _LIGHT, 1.0))
        down = np.array([[1, 0, 0], [0, 1, low_px]], np.float32)
        seen = cv2.warpAffine(impression, down, impression.shape[::-1], borderValue=glass)
        yield np.asarray(np.rint(glass + (seen.astype(np.float32) - glass) * pressed).clip(0, 255), np.uint8)
