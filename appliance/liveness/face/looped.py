"""A film that begins again, or runs to and fro: frames that come back in their order, as like as only copies are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from appliance.liveness.face.recurrence import Likeness
from appliance.liveness.grading import graded, ramp
from appliance.model.liveness import Hint

CODE = "looped-video"
LEAST_FRAMES = 16
_LEAST_PERIOD, _RUN = 6, 6
"""Frames: nearer ones are alike anyway; so many in a row have to be."""
_BONA_FIDE, _ATTACK = 0.78, 0.87
_REDUCED_BONA_FIDE, _REDUCED_ATTACK = 0.90, 0.97
"""Of pictures that were made smaller: without the sensor's noise a face is much like itself wherever it comes back."""
_BESIDE, _LEAST_CHANGE = 2, 0.10
"""How much less alike the frames that lie two beside are: without it nothing moved, and that is another hint's."""


def looped(like: Likeness, *, reduced: bool = False) -> Hint:
    """`like`: (F, F), in the fine band, of frames in their order. `reduced`: they were made smaller."""
    frames = len(like)
    if frames < LEAST_FRAMES:
        return Hint(code=CODE, omitted="too-few-frames")
    apart = np.abs(np.subtract.outer(np.arange(frames), np.arange(frames)))
    far = np.where(apart < _LEAST_PERIOD, 0.0, like)
    # Turned over, what lay across the diagonal lies along it: frames that come back in the opposite order.
    likeness = max(_likest_run(np.asarray(square, np.float32)) for square in (far, far[:, ::-1]))
    bona_fide, attack = (_REDUCED_BONA_FIDE, _REDUCED_ATTACK) if reduced else (_BONA_FIDE, _ATTACK)
    return graded(CODE, ramp(likeness, bona_fide, attack), likeness=likeness)


def _likest_run(square: Likeness) -> float:
    """The mean likeness of the likest run along any diagonal that stands out from the diagonals beside it."""
    frames, best = len(square), 0.0
    wide = np.pad(square, ((0, 0), (_BESIDE, _BESIDE)))
    for offset in range(-(frames - _RUN), frames - _RUN + 1):
        rows = np.arange(max(0, -offset), min(frames, frames - offset))
        before, run, after = (_means(wide[rows, rows + offset + step]) for step in (0, _BESIDE, 2 * _BESIDE))
        stands_out = run - np.maximum(before, after) >= _LEAST_CHANGE
        if stands_out.any():
            best = max(best, float(run[stands_out].max()))
    return best


def _means(along: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of every run in a row."""
    return np.asarray(np.convolve(along, np.full(_RUN, 1.0 / _RUN), "valid"), np.float32)
