"""Looks at what may be a face once more, upright and larger, as it should be seen if it is one.

A face is found again where it was, however near it is looked at; a knee, a cuff or a knot of flags is not.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from appliance.face.crop import FaceCrop, around_detection
from appliance.face.detection import EDGE_PX, DetectedFace, FaceDetector
from appliance.face.overlap import overlaps
from drivers.contracts import Pixels

LEAST_SCORE: Final = 0.3
_TIMES: Final = (4.0, 2.5)
"""How wide what is looked at is, in faces: from afar first, which by itself gives most that is none away."""
_LEAST_OVERLAP: Final = 0.35


def closer_score(detector: FaceDetector, pixels: Pixels, face: DetectedFace) -> float:
    """The lesser of the scores that it gets from nearer and nearer, 0 once it is not seen. Raises QualityError."""
    least = 1.0
    for times in _TIMES:
        least = min(least, _seen_again(detector, pixels, face, times))
        if not least:
            break
    return least


def _seen_again(detector: FaceDetector, pixels: Pixels, face: DetectedFace, times: float) -> float:
    around = around_detection(face)
    crop = FaceCrop(around.x_px, around.y_px, times * face.edge_px, around.turn_rad)
    if not crop.is_possible:
        return 0.0
    again = detector.detect(crop.taken_from(pixels, EDGE_PX), LEAST_SCORE)
    middle, half = EDGE_PX / 2, EDGE_PX / times / 2
    expected = np.array([middle - half, middle - half, middle + half, middle + half], np.float32)
    return max((one.score for one in again if overlaps(expected, one.box[None])[0] > _LEAST_OVERLAP), default=0.0)
