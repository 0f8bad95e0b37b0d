"""Whether ridges are equally strong all over, as printed or computed ones are and pressed skin is not."""

from __future__ import annotations

from appliance.liveness.grading import graded, ramp
from appliance.liveness.impression import Impression
from appliance.model.liveness import Hint

CODE = "ridge-uniformity"
_BONA_FIDE, _ATTACK = 0.12, 0.04
"""Deviation by mean of the ridges' strength per block. Among the reference impressions it is 0.155 at least."""


def ridge_uniformity(impression: Impression) -> Hint:
    """Of an impression with a finger on it."""
    strength = impression.strength[impression.inside]
    variation = float(strength.std() / max(float(strength.mean()), 1.0))
    return graded(CODE, ramp(variation, _BONA_FIDE, _ATTACK), strength_variation=variation)
