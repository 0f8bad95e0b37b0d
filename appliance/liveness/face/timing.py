"""When frames came: never backwards, not as even as only a program counts, without long gaps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from appliance.liveness.grading import graded, ramp
from appliance.model.liveness import Hint

CODE = "frame-times"
LEAST_FRAMES = 10
_BONA_FIDE_JITTER_S, _ATTACK_JITTER_S = 20e-6, 2e-6
"""Deviation of the time between frames. A camera's own clock and the wire shake by more than the first."""
_GAP = 4.0
"""Times the usual time between two frames."""
_MOST_FOR_GAPS = 0.3
"""A loaded box has gaps too: they alone never alarm."""


def timing(taken_s: list[float], after_pause: Sequence[bool] = ()) -> Hint:
    """`after_pause`: of every frame, whether the camera did something else before it: that time counts for nothing."""
    if len(taken_s) < LEAST_FRAMES:
        return Hint(code=CODE, omitted="too-few-frames")
    between_s = np.diff(np.asarray(taken_s, np.float64))
    if len(after_pause) == len(taken_s):
        counting = ~np.asarray(after_pause, np.bool_)[1:]
        between_s = between_s[counting | (between_s <= 0)]
    if len(between_s) < LEAST_FRAMES - 1:
        return Hint(code=CODE, omitted="too-few-frames")
    backwards = int((between_s <= 0).sum())
    usual_s = float(np.median(between_s))
    # The middle half: a frame that was dropped makes one long time, not an uneven clock.
    low, high = np.percentile(between_s, (25.0, 75.0))
    jitter_s = float(high - low)
    gaps = float((between_s > _GAP * usual_s).mean()) if usual_s > 0 else 0.0
    even = ramp(jitter_s, _BONA_FIDE_JITTER_S, _ATTACK_JITTER_S)
    score = 1.0 if backwards else max(even, _MOST_FOR_GAPS * ramp(gaps, 0.0, 0.1))
    return graded(CODE, score, backwards=float(backwards), jitter_us=jitter_s * 1e6, gap_share=gaps)
