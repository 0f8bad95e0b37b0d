"""How a face comes out in grey levels: light, sharpness and noise, measured on the face and not on the frame.

Nothing here depends on how light a skin is: what counts is what is lost at the ends of the scale and the face's
brightest parts, not its mean.
"""

from __future__ import annotations

import cv2
import numpy as np

from appliance.quality.face_light import face_ellipse
from appliance.quality.face_noise import noise_deviation
from appliance.quality.face_sharpness import face_sharpness
from drivers.contracts import Pixels

_CLIPPED_LEVEL = 252


def tone_measures(face_grey: Pixels) -> dict[str, float]:
    """Of (h, w) uint8, the box of a face, both sides at least 3: by name, in grey levels or as shares."""
    counts = cv2.calcHist([face_grey], [0], face_ellipse(*face_grey.shape), [256], [0, 256]).ravel()
    up_to = np.cumsum(counts) / max(1.0, float(counts.sum()))
    noise = noise_deviation(face_grey)
    return {
        "sharpness": face_sharpness(face_grey, noise),
        "noise_deviation": noise,
        "brightest_level": float(np.searchsorted(up_to, 0.95)),
        "darkest_level": float(np.searchsorted(up_to, 0.05)),
        "clipped_share": float(1.0 - up_to[_CLIPPED_LEVEL - 1]),
    }
