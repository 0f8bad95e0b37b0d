"""The 478 points of MediaPipe's face mesh (468 of the face, 10 of the irises; the irises are not used here)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.errors import QualityError
from appliance.face.mesh_places import CHIN, LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS, SIDES
from appliance.quality.iso29794_5.landmarks import FaceLandmarks, LandmarkScheme

_LEFT_RIM: Final = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
_RIGHT_RIM: Final = (362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382)
_LEFT_BROW: Final = (70, 63, 105, 66, 107, 55, 65, 52, 53, 46)
_RIGHT_BROW: Final = (336, 296, 334, 293, 300, 276, 283, 282, 295, 285)
_MOUTH: Final = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
_JAW_LEFT: Final = (127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148)
_JAW_RIGHT: Final = (377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 356)
_NOSE_TIP: Final = 4

SCHEME: Final = LandmarkScheme(
    count=478,
    left_eye_corners=LEFT_EYE_CORNERS,
    right_eye_corners=RIGHT_EYE_CORNERS,
    left_eye_lids=((160, 144), (159, 145), (158, 153)),
    right_eye_lids=((385, 380), (386, 374), (387, 373)),
    left_eye_rim=_LEFT_RIM,
    right_eye_rim=_RIGHT_RIM,
    brows=(_LEFT_BROW, _RIGHT_BROW),
    nose_tip=_NOSE_TIP,
    mouth_corners=(61, 291),
    mouth_rim=_MOUTH,
    lips=((81, 178), (13, 14), (311, 402)),
    chin=CHIN,
    sides=SIDES,
    region=(*_JAW_LEFT, CHIN, *_JAW_RIGHT, *_LEFT_BROW, *_RIGHT_BROW, *_LEFT_RIM, *_RIGHT_RIM, *_MOUTH, _NOSE_TIP),
)


def from_face_mesh(points: NDArray[np.floating]) -> FaceLandmarks:
    """Of (478, 2) or (478, 3) pixels of the whole image; depth is for `pose_of_mesh`. Raises QualityError."""
    if points.ndim != 2 or points.shape[1] not in (2, 3):
        raise QualityError("A face mesh has two or three coordinates a point.")
    return FaceLandmarks(np.asarray(points[:, :2], np.float64), SCHEME)
