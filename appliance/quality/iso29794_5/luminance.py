"""How light and dark are spread over the face (ISO/IEC 29794-5:2025, 7.3.4 to 7.3.7): five components of one histogram.

Of the face's region alone, whatever the rest of the picture is like.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.quality.iso29794_5 import names
from drivers.contracts import Pixels

LEVELS: Final = 256
_DARK: Final = slice(0, 26)
_BRIGHT: Final = slice(247, LEVELS)
_SHARES_OF_LIGHT: Final = (0.0722, 0.7152, 0.2126)
"""Of blue, green and red (Rec. ITU-R BT.709)."""


def _linear_light() -> NDArray[np.float32]:
    """(1, 256, 3): what each level of blue, green and red adds to the luminance, in levels (sRGB, IEC 61966-2-1)."""
    encoded = np.arange(LEVELS) / 255.0
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear[None, :, None] * np.array(_SHARES_OF_LIGHT) * 255.0, np.float32)


_LIGHT: Final = _linear_light()
_SUM_AND_HALF: Final = np.array([[1.0, 1.0, 1.0, 0.5]], np.float32)


def luminance(colour: Pixels) -> Pixels:
    """Linear luminance (h, w) uint8 of (h, w, 3) uint8 B, G, R in sRGB, 255 for white; rounded half up."""
    return np.asarray(cv2.transform(cv2.LUT(colour, _LIGHT), _SUM_AND_HALF).astype(np.uint8), np.uint8)


def histogram(levels: Pixels, mask: Pixels | None = None) -> NDArray[np.float64]:
    """(256,) counts of (h, w) uint8 where the mask is not 0."""
    return np.asarray(cv2.calcHist([levels], [0], mask, [LEVELS], [0, LEVELS]), np.float64).ravel()


def luminance_raw(counts: NDArray[np.float64], seen_counts: NDArray[np.float64]) -> Iterator[tuple[str, float]]:
    """The five raw values by name: of the face's histogram, and of that of the part that nothing covers.

    Nothing of an empty histogram.
    """
    if (total := counts.sum()) > 0:
        share = counts / total
        light = np.arange(LEVELS) / 255.0
        mean = float(share @ light)
        present = share[share > 0]
        yield names.LUMINANCE_MEAN, mean
        yield names.LUMINANCE_VARIANCE, float(share @ (light - mean) ** 2)
        yield names.DYNAMIC_RANGE, float(-(present @ np.log2(present)))
    if (total := seen_counts.sum()) > 0:
        yield names.UNDER_EXPOSURE, float(seen_counts[_DARK].sum() / total)
        yield names.OVER_EXPOSURE, float(seen_counts[_BRIGHT].sum() / total)
