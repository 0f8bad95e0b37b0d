"""Whether a rim runs around the print, lighter or darker than the glass beyond, as a film's or a mould's edge does.

A careful measure: moisture, and readers that are swept over, make rims of their own.
"""

from __future__ import annotations

import cv2
import numpy as np

from appliance.liveness.grading import graded, ramp
from appliance.liveness.impression import Impression, Mask, block_means
from appliance.model.liveness import Hint

CODE = "halo"
_LEAST_BLOCKS = 12
_BONA_FIDE_LEVELS, _ATTACK_LEVELS = 45.0, 85.0
"""Grey levels between rim and glass. Among the reference impressions they come to 42."""
_ALL_AROUND = 0.75


def halo(impression: Impression) -> Hint:
    """Of an impression with a finger on it. The rim is looked for one and two blocks off, that is 0.8 to 2.4 mm."""
    levels = block_means(impression.grey.astype(np.float32))
    reach = [_grown(impression.finger, blocks) for blocks in (1, 2, 3)]
    glass = ~reach[2]
    if glass.sum() < _LEAST_BLOCKS:
        return Hint(code=CODE, omitted="no-glass-around")
    beyond = float(np.median(levels[glass]))
    strongest, share = 0.0, 0.0
    for inner, outer in ((reach[0], reach[1]), (reach[1], reach[2])):
        rim = levels[outer & ~inner] - beyond
        if len(rim) < _LEAST_BLOCKS:
            continue
        step = float(np.median(rim))
        around = float((rim * np.sign(step) > abs(step) / 2).mean())
        if around >= _ALL_AROUND and abs(step) > abs(strongest):
            strongest, share = step, around
    return graded(CODE, ramp(abs(strongest), _BONA_FIDE_LEVELS, _ATTACK_LEVELS), rim_levels=strongest, around=share)


def _grown(mask: Mask, blocks: int) -> Mask:
    kernel = np.ones((2 * blocks + 1, 2 * blocks + 1), np.uint8)
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel), np.bool_)
