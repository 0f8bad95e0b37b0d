"""Frames that are the same again: bit by bit, or a picture that stands still to the last pixel for too long.

A sensor gives no two equal frames, and nobody holds a living head still to a fraction of a pixel for a second; both
survive compressing again, and adding noise only makes the one of the two harder to see.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from appliance.liveness.face.recurrence import Likeness, Patch
from appliance.liveness.grading import graded, ramp
from appliance.model.liveness import Hint

CODE_REPEATED, CODE_STILL = "repeated-frames", "still-picture"
LEAST_FRAMES = 10
_BONA_FIDE_SHARE, _ATTACK_SHARE = 0.08, 0.30
"""Of the frames that are another's exact copy. Drivers give a buffer twice now and then."""
_SAME = 0.94
_BONA_FIDE_STILL_S, _ATTACK_STILL_S = 0.8, 1.6


def repeated(patches: list[Patch]) -> Hint:
    """Exact copies of other frames, wherever in the sequence."""
    if len(patches) < LEAST_FRAMES:
        return Hint(code=CODE_REPEATED, omitted="too-few-frames")
    copies = sum(count - 1 for count in Counter(each.digest for each in patches).values())
    share = copies / len(patches)
    return graded(CODE_REPEATED, ramp(share, _BONA_FIDE_SHARE, _ATTACK_SHARE), copies=float(copies), share=share)


def still(patches: list[Patch], like: Likeness, taken_s: list[float]) -> Hint:
    """The longest time in which no frame differs from its first by more than compressing again makes differ.

    `like`: (F, F), in the coarse band.
    """
    if len(patches) < LEAST_FRAMES:
        return Hint(code=CODE_STILL, omitted="too-few-frames")
    if any(each.coarse is None for each in patches):
        return Hint(code=CODE_STILL, omitted="nothing-to-see")
    longest_s = max(_still_s(like[start], taken_s, start) for start in range(len(patches)))
    return graded(
        CODE_STILL,
        ramp(longest_s, _BONA_FIDE_STILL_S, _ATTACK_STILL_S),
        still_s=longest_s,
        next_likeness=float(np.median(np.diagonal(like, 1))),
    )


def _still_s(row: Likeness, taken_s: list[float], start: int) -> float:
    changed = np.flatnonzero(row[start:] < _SAME)
    end = start + (int(changed[0]) - 1 if len(changed) else len(row) - start - 1)
    return max(0.0, taken_s[max(end, start)] - taken_s[start])
