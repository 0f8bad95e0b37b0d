"""How even the background is (ISO/IEC 29794-5:2025, 7.3.2), where it is known which part of the picture it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.errors import QualityError
from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.luminance import luminance
from drivers.contracts import Pixels

_LEFT, _TOP, _WIDTH, _HEIGHT = 62, 0, 492, 406
"""The part of the upright frame that is looked at: head, hair and what is beside them, without the shoulders."""
_SMALL_PX: Final = (354, 292)
_RIM: Final = np.ones((4, 4), np.uint8)


def background_raw(image: Pixels, to_frame: NDArray[np.float64], background: Pixels) -> Iterator[tuple[str, float]]:
    """The mean length of the luminance's gradient over the background. Nothing where no background is left.

    `background` is (h, w) uint8 over the whole image, at any scale: 1 where nobody is. Image and mask are brought to
    the measure's small size at once; the reference goes there in two steps, and its scalar may differ by 1.
    Raises QualityError: no such mask.
    """
    if background.dtype != np.uint8 or background.ndim != 2 or not background.size:
        raise QualityError("A background is given by one byte for each of a grid of places.")
    to_small = _then(_to_small(), to_frame)
    shown = np.asarray(cv2.warpAffine(image, to_small, _SMALL_PX, flags=cv2.INTER_LINEAR), np.uint8)
    scale_x, scale_y = image.shape[1] / background.shape[1], image.shape[0] / background.shape[0]
    from_mask = np.array([[scale_x, 0.0, (scale_x - 1) / 2.0], [0.0, scale_y, (scale_y - 1) / 2.0]])
    free = cv2.warpAffine(
        background, _then(to_small, from_mask), _SMALL_PX, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT
    )
    free = np.asarray(cv2.erode(free, _RIM), np.uint8)
    if not cv2.countNonZero(free):
        return
    levels = luminance(shown)
    lengths = cv2.magnitude(cv2.Scharr(levels, cv2.CV_32F, 1, 0), cv2.Scharr(levels, cv2.CV_32F, 0, 1))
    yield names.BACKGROUND_UNIFORMITY, float(cv2.mean(lengths, free)[0])


def _to_small() -> NDArray[np.float64]:
    """From the frame to the measure's small size, whose pixels' middles lie as a resize has them."""
    x, y = _SMALL_PX[0] / _WIDTH, _SMALL_PX[1] / _HEIGHT
    return np.array([[x, 0.0, (0.5 - _LEFT) * x - 0.5], [0.0, y, (0.5 - _TOP) * y - 0.5]])


def _then(second: NDArray[np.float64], first: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3): the one after the other."""
    return np.asarray(second[:, :2] @ first + np.column_stack([np.zeros((2, 2)), second[:, 2]]))
