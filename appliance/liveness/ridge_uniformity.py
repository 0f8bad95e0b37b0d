"""Whether ridges are equally strong all over, as printed or computed ones are and pressed skin is not."""

from __future__ import annotations

import numpy as np

from appliance.liveness.grading import graded, ramp
from appliance.liveness.impression import Impression
from appliance.model.liveness import Hint

CODE = "ridge-uniformity"
_BONA_FIDE, _ATTACK = 0.09, 0.03
"""How far the ridges' strength per block is spread. Among the reference impressions it is 0.11 at least."""
_WEAKER, _STRONGER = 30, 80
"""Percentiles: at the outline, there are weak blocks in any print."""


def ridge_uniformity(impression: Impression) -> Hint:
    """Of an impression with a finger on it."""
    strength = impression.strength[impression.inside]
    weaker, usual, stronger = np.percentile(strength, [_WEAKER, 50, _STRONGER])
    spread = float((stronger - weaker) / max(usual, 1.0))
    return graded(CODE, ramp(spread, _BONA_FIDE, _ATTACK), strength_spread=spread)
