"""How large the head is and where it lies in the picture (ISO/IEC 29794-5:2025, 7.4.8 to 7.4.10)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.landmarks import FaceLandmarks, whole

_LEAST_COSINE: Final = 1e-6


def framing_raw(
    landmarks: FaceLandmarks, *, width_px: int, height_px: int, yaw_deg: float | None
) -> Iterator[tuple[str, float]]:
    """The distance between the eyes is that of a face turned to the front: without the yaw it is not known."""
    (left_x, left_y), (right_x, right_y) = landmarks.left_eye, landmarks.right_eye
    between_px = landmarks.between_eyes_px
    if yaw_deg is not None and abs(cosine := math.cos(math.radians(yaw_deg))) >= _LEAST_COSINE:
        yield names.INTER_EYE_DISTANCE, between_px / cosine
    yield names.HEAD_SIZE, landmarks.eye_to_chin_px / height_px
    yield names.LEFTWARD_CROP, right_x / between_px
    yield names.RIGHTWARD_CROP, (width_px - left_x) / between_px
    middle = (whole((left_x + right_x) / 2.0), whole((left_y + right_y) / 2.0))
    to_chin_px = math.dist(middle, landmarks.points[landmarks.scheme.chin].tolist())
    if to_chin_px > 0:
        yield names.MARGIN_ABOVE, middle[1] / to_chin_px
        yield names.MARGIN_BELOW, (height_px - middle[1]) / to_chin_px
