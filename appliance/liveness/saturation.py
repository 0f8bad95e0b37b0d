"""Whether a print is all black and white, as a copy of a copy or a drawing is."""

from __future__ import annotations

import numpy as np

from appliance.liveness.grading import graded, ramp
from appliance.liveness.impression import Impression, pixels_of
from appliance.model.liveness import Hint

CODE = "saturated"
_NEAR_BLACK, _NEAR_WHITE = 4, 251
_BONA_FIDE, _ATTACK = 0.8, 1.0
"""Shares of the finger's pixels. The reference impressions' readers clip up to 0.65 of them."""


def saturation(impression: Impression) -> Hint:
    """Of an impression with a finger on it."""
    counts = np.bincount(pixels_of(impression.grey, impression.inside), minlength=256)
    black, white = (float(part.sum() / counts.sum()) for part in (counts[: _NEAR_BLACK + 1], counts[_NEAR_WHITE:]))
    return graded(CODE, ramp(black + white, _BONA_FIDE, _ATTACK), black_share=black, white_share=white)
