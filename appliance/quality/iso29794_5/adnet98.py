"""ADNet's 98 landmarks (the scheme of WFLW), which the standard's reference uses."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.quality.iso29794_5.landmarks import FaceLandmarks, LandmarkScheme

SCHEME: Final = LandmarkScheme(
    count=98,
    left_eye_corners=(60, 64),
    right_eye_corners=(68, 72),
    left_eye_lids=((61, 67), (62, 66), (63, 65)),
    right_eye_lids=((69, 75), (70, 74), (71, 73)),
    left_eye_rim=tuple(range(60, 68)),
    right_eye_rim=tuple(range(68, 76)),
    brows=(tuple(range(33, 42)), tuple(range(42, 51))),
    nose_tip=54,
    mouth_corners=(76, 82),
    mouth_rim=tuple(range(76, 88)),
    lips=((89, 95), (90, 94), (91, 93)),
    chin=16,
    sides=(0, 32),
    region=tuple(range(98)),
)


def from_adnet98(points: NDArray[np.floating]) -> FaceLandmarks:
    """Of (98, 2) pixels of the whole image. Raises QualityError: not such points."""
    return FaceLandmarks(np.asarray(points, np.float64), SCHEME)
