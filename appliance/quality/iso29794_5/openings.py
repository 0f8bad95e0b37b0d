"""How far eyes and mouth are open, for the size of the head (ISO/IEC 29794-5:2025, 7.4.3 and 7.4.4)."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.landmarks import FaceLandmarks


def openings_raw(landmarks: FaceLandmarks, aligned: FaceLandmarks) -> Iterator[tuple[str, float]]:
    """The eye that is less open, of the aligned face; the mouth in the image itself."""
    eyes = (aligned.scheme.left_eye_lids, aligned.scheme.right_eye_lids)
    yield names.EYES_OPEN, min(aligned.widest_px(lids) for lids in eyes) / aligned.eye_to_chin_px
    yield names.MOUTH_CLOSED, landmarks.widest_px(landmarks.scheme.lips) / landmarks.eye_to_chin_px
