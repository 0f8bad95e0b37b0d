"""How much of the head something other than hair covers (ISO/IEC 29794-5:2025, 7.4.13): our own estimate.

Of the standard's zone (the upright frame above the eyes) the share that is the person, and neither skin like the
face's own nor of a colour that hair has: black, grey, white, blond, brown, red-brown. It sees coverings of other
colours only: a black or brown cap, or a dark scarf, is not seen, and dyed hair is taken for one. OFIQ asks a network
that tells hats and cloth from hair. For the technician only: a covering worn for religion is no fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.estimated.skin import Skin, lab_of
from drivers.contracts import Pixels

ALGORITHM: Final = "claim-kiosk-own-head-colour/1"
_LEFT, _WIDTH, _HEIGHT = 30, 556, 272
_SCALE: Final = 0.25
_SMALL_PX: Final = (round(_WIDTH * _SCALE), round(_HEIGHT * _SCALE))
_TO_SMALL: Final = np.array([[_SCALE, 0.0, -_LEFT * _SCALE], [0.0, _SCALE, 0.0]])
_GREY: Final = 14.0
_HAIR_CHROMA: Final = 45.0
_HAIR_HUE_DEG: Final = (20.0, 100.0)


def head_covering_raw(
    image: Pixels, to_frame: NDArray[np.float64], background: Pixels, skin: Skin
) -> Iterator[tuple[str, float]]:
    """Covered share of the zone. `background` is (h, w) uint8 over the whole image, at any scale, 1 where nobody is.

    Nothing where the zone shows nobody.
    """
    to_small = np.asarray(_TO_SMALL[:, :2] @ to_frame + np.column_stack([np.zeros((2, 2)), _TO_SMALL[:, 2]]))
    lab = lab_of(np.asarray(cv2.blur(cv2.warpAffine(image, to_small, _SMALL_PX), (3, 3)), np.uint8))
    person = _person(background, image.shape, to_small)
    if not cv2.countNonZero(person):
        return
    chroma = np.hypot(lab[:, :, 1], lab[:, :, 2])
    hue_deg = np.degrees(np.arctan2(lab[:, :, 2], lab[:, :, 1]))
    of_hair = (chroma <= _GREY) | (
        (chroma <= _HAIR_CHROMA) & (hue_deg >= _HAIR_HUE_DEG[0]) & (hue_deg <= _HAIR_HUE_DEG[1])
    )
    covering = (person > 0) & ~of_hair & ~skin.like(lab)
    yield names.NO_HEAD_COVERINGS, int(np.count_nonzero(covering)) / covering.size


def _person(background: Pixels, shape: tuple[int, ...], to_small: NDArray[np.float64]) -> Pixels:
    """1 where the person is, but for the mask's own uncertain rim."""
    scale = np.diag([shape[1] / background.shape[1], shape[0] / background.shape[0], 1.0])
    free = cv2.warpAffine(
        background, to_small @ scale, _SMALL_PX, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=1
    )
    return np.asarray(cv2.erode(1 - np.minimum(np.asarray(free, np.uint8), 1), np.ones((3, 3), np.uint8)), np.uint8)
