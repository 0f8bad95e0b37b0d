"""From a component's raw value to its scalar, 0 (worst) to 100 (best).

The shapes are the standard's (ISO/IEC 29794-5:2025, the clause beside each); the constants of the sigmoids are those
of OFIQ's published configuration (`ofiq_config.jaxn`). Every scalar that OFIQ publishes for its conformance images
follows exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from appliance.errors import QualityError
from appliance.model.verdict import Component
from appliance.quality.iso29794_5 import names

_Mapping = Callable[[float], float]
_STEEPEST: Final = 700.0
"""Beyond it `exp` would overflow."""


def component(name: str, raw: float) -> Component:
    """The component of that name. Raises QualityError: no such name, or `raw` is not finite."""
    return Component(raw=raw, scalar=scalar(name, raw))


def scalar(name: str, raw: float) -> int:
    """Rounded half up, within 0 to 100. Raises QualityError: no such name, or `raw` is not finite."""
    mapped = _MAPPINGS.get(name)
    if mapped is None:
        raise QualityError("ISO/IEC 29794-5 has no component of that name.")
    if not math.isfinite(raw):
        raise QualityError(f"A raw value of {name} is a finite number: this one is not.")
    return math.floor(min(100.0, max(0.0, mapped(raw))) + 0.5)


def logistic(value: float, centre: float, width: float) -> float:
    """0 far below the centre, 0.5 at it, 1 far above."""
    steps = min(_STEEPEST, max(-_STEEPEST, (centre - value) / width))
    return 1.0 / (1.0 + math.exp(steps))


def _sigmoid(*, centre: float, width: float, scale: float = 100.0, offset: float = 0.0, sign: float = 1.0) -> _Mapping:
    """`h · (a + s · logistic)`; OFIQ's configuration calls these h, a and s."""
    return lambda raw: scale * (offset + sign * logistic(raw, centre, width))


def _luminance_mean(raw: float) -> float:
    return 100.0 * logistic(raw, 0.2, 0.05) * (1.0 - logistic(raw, 0.8, 0.05))


def _luminance_variance(raw: float) -> float:
    return 100.0 * math.sin((1.0 - 1.0 / (60.0 * max(0.0, raw) + 1.0)) * math.pi)


def _head_size(raw: float) -> float:
    return 200.0 * (1.0 - logistic(abs(raw - 0.45), 0.0, 0.05))


def _no_head_coverings(raw: float) -> float:
    """100 without any, 0 from 95 % on; between them a logistic curve that is stretched to meet both ends."""
    least, most, centre, width = 0.0, 0.95, 0.02, 0.1
    if raw <= least:
        return 100.0
    if raw >= most:
        return 0.0
    at_least, at_most = logistic(least, centre, width), logistic(most, centre, width)
    return 100.0 * (at_most - logistic(raw, centre, width)) / (at_most - at_least)


def _share_without(raw: float) -> float:
    return 100.0 * (1.0 - raw)


def _pose(raw_deg: float) -> float:
    return 100.0 * max(0.0, math.cos(math.radians(raw_deg))) ** 2


_MAPPINGS: Final[dict[str, _Mapping]] = {
    names.UNIFIED_QUALITY_SCORE: _sigmoid(centre=23.0, width=2.6),  # 7.2
    names.BACKGROUND_UNIFORMITY: _sigmoid(centre=10.0, width=100.0, scale=190.0, offset=1.0, sign=-1.0),  # 7.3.2
    names.ILLUMINATION_UNIFORMITY: lambda raw: 100.0 * max(0.0, raw) ** 0.3,  # 7.3.3
    names.LUMINANCE_MEAN: _luminance_mean,  # 7.3.4.2
    names.LUMINANCE_VARIANCE: _luminance_variance,  # 7.3.4.3
    names.UNDER_EXPOSURE: _sigmoid(centre=0.92, width=0.05, scale=120.0, offset=0.832, sign=-1.0),  # 7.3.5
    names.OVER_EXPOSURE: lambda raw: 1.0 / (max(0.0, raw) + 0.01),  # 7.3.6
    names.DYNAMIC_RANGE: lambda raw: 12.5 * raw,  # 7.3.7
    names.SHARPNESS: _sigmoid(centre=-20.0, width=15.0, scale=1.0, offset=-14.0, sign=115.0),  # 7.3.8
    names.COMPRESSION_ARTIFACTS: _sigmoid(centre=0.3308, width=0.092, scale=1.0, offset=-0.0278, sign=103.0),  # 7.3.9
    names.NATURAL_COLOUR: _sigmoid(centre=0.0, width=10.0, scale=200.0, offset=1.0, sign=-1.0),  # 7.3.10
    names.SINGLE_FACE: _share_without,  # 7.4.2
    names.EYES_OPEN: _sigmoid(centre=0.02, width=0.01),  # 7.4.3
    names.MOUTH_CLOSED: _sigmoid(centre=0.2, width=0.06, offset=1.0, sign=-1.0),  # 7.4.4
    names.EYES_VISIBLE: _share_without,  # 7.4.5
    names.MOUTH_OCCLUSION: _share_without,  # 7.4.6
    names.FACE_OCCLUSION: _share_without,  # 7.4.7
    names.INTER_EYE_DISTANCE: _sigmoid(centre=70.0, width=20.0),  # 7.4.8
    names.HEAD_SIZE: _head_size,  # 7.4.9
    names.LEFTWARD_CROP: _sigmoid(centre=0.9, width=0.1),  # 7.4.10
    names.RIGHTWARD_CROP: _sigmoid(centre=0.9, width=0.1),  # 7.4.10
    names.MARGIN_ABOVE: _sigmoid(centre=1.4, width=0.1),  # 7.4.10
    names.MARGIN_BELOW: _sigmoid(centre=1.8, width=0.1),  # 7.4.10
    names.HEAD_POSE_YAW: _pose,  # 7.4.11
    names.HEAD_POSE_PITCH: _pose,  # 7.4.11
    names.HEAD_POSE_ROLL: _pose,  # 7.4.11
    names.EXPRESSION_NEUTRALITY: _sigmoid(centre=-5000.0, width=5000.0),  # 7.4.12
    names.NO_HEAD_COVERINGS: _no_head_coverings,  # 7.4.13
}
