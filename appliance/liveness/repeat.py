"""Whether an impression is an earlier frame again: the very same, or turned, shifted, cut, compressed or lightened.

A finger that is pressed again is not a repeat, however alike it is placed: see `ridge_agreement`.
"""

from __future__ import annotations

from appliance.liveness.frame_memory import FrameMemory
from appliance.liveness.frame_signature import digest_of, sign_frame
from appliance.liveness.grading import graded, ramp
from appliance.liveness.impression import Impression
from appliance.liveness.landmarks import Landmarks, find_landmarks
from appliance.liveness.registration import guesses
from appliance.liveness.ridge_agreement import LEAST_SHARE, NONE, Agreement, agreement, searchable
from appliance.model.liveness import ALARM_SCORE, Hint

CODE = "repeat"
_OTHER, _SAME = 0.68, 0.92
"""Correlations: an alarm lies half-way, at 0.80. Of two presses of one finger, the two most alike of 245 reached 0.83
and 0.80, all others less than 0.76; of repeats 995 in 1,000 stay above 0.83."""
_CERTAIN = 0.86


def repeat(impression: Impression, memory: FrameMemory) -> tuple[Hint, FrameMemory]:
    """Of an impression with a finger on it: the hint, and the memory with this frame in it unless it was there."""
    digest = digest_of(impression, memory.key)
    landmarks = find_landmarks(impression)
    if any(digest == each.digest for each in memory.frames):
        found = graded(CODE, 1.0, correlation=1.0, same_side=1.0, share=1.0, compared=len(memory.frames))
    else:
        best = _most_alike(impression, landmarks, memory)
        found = graded(
            CODE,
            ramp(best.correlation, _OTHER, _SAME),
            correlation=best.correlation,
            same_side=best.same_side,
            share=best.share,
            compared=len(memory.frames),
        )
    if found.score is not None and found.score >= ALARM_SCORE:
        return found, memory
    return found, memory.with_frame(sign_frame(impression, landmarks, digest, memory.key))


def _most_alike(impression: Impression, landmarks: Landmarks, memory: FrameMemory) -> Agreement:
    best = NONE
    likely = guesses(memory.frames, landmarks)
    if not likely:
        return best
    now = searchable(impression)
    for guess in likely:
        found = agreement(now, memory.frames[guess.frame].samples(memory.key), guess)
        if found.share >= LEAST_SHARE and found.correlation > best.correlation:
            best = found
        if best.correlation >= _CERTAIN:
            break
    return best
