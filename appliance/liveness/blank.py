"""Whether anything lies on the glass: how much of the image has ridges or the like in it."""

from __future__ import annotations

from appliance.fingerprint.scored_scale import SCORED_PPI
from appliance.liveness.grading import graded, ramp
from appliance.liveness.impression import BLOCK_PX, Impression
from appliance.model.liveness import Hint

CODE = "blank"
_BLOCK_MM2 = (BLOCK_PX / SCORED_PPI * 25.4) ** 2
_FINGER_MM2 = 40.0
"""The smallest of 245 reference impressions covers 47 mm², a whole fingertip 150 and more."""


def blank(impression: Impression) -> Hint:
    """1 for an empty glass, falling to 0 at 40 mm²."""
    area = float(impression.finger.sum()) * _BLOCK_MM2
    return graded(CODE, ramp(area, _FINGER_MM2, 0.0), area_mm2=area)
