"""One figure for a face image (ISO/IEC 29794-5:2025, 7.2): our own estimate.

The weighted geometric mean of the components on which a comparison of faces rests, so that one that is very bad is not
made up for by the others, and a better component never makes it worse. OFIQ takes the length of a recognition network's
feature vector.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from appliance.model.verdict import Component
from appliance.quality.iso29794_5 import names

ALGORITHM: Final = "claim-kiosk-own-geometric-mean/1"
WEIGHTS: Final[Mapping[str, float]] = {
    names.SHARPNESS: 2.0,
    names.INTER_EYE_DISTANCE: 2.0,
    names.EYES_VISIBLE: 2.0,
    names.FACE_OCCLUSION: 2.0,
    names.HEAD_POSE_YAW: 1.5,
    names.HEAD_POSE_PITCH: 1.5,
    names.MOUTH_OCCLUSION: 1.0,
    names.UNDER_EXPOSURE: 1.0,
    names.OVER_EXPOSURE: 1.0,
    names.DYNAMIC_RANGE: 1.0,
    names.COMPRESSION_ARTIFACTS: 1.0,
    names.EYES_OPEN: 1.0,
    names.HEAD_POSE_ROLL: 0.5,
    names.ILLUMINATION_UNIFORMITY: 0.5,
    names.MOUTH_CLOSED: 0.5,
}
_LEAST: Final = 1.0


def unified(components: Mapping[str, Component]) -> Component | None:
    """Raw is 0.01 to 1. None where one of those that count is missing: what is not known is not taken for good."""
    if not WEIGHTS.keys() <= components.keys():
        return None
    logs = sum(weight * math.log(max(_LEAST, components[name].scalar) / 100.0) for name, weight in WEIGHTS.items())
    raw = math.exp(logs / sum(WEIGHTS.values()))
    return Component(raw=raw, scalar=round(100.0 * raw))
