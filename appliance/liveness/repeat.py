"""Whether an impression is an earlier frame again: the very same, or turned, shifted, cut, compressed or lightened.

A finger that is pressed again is not a repeat, however alike it is placed: see `ridge_agreement`.
"""

from __future__ import annotations

from dataclasses import replace

from appliance.liveness.frame_memory import FrameMemory
from appliance.liveness.frame_signature import digest_of, sign_frame
from appliance.liveness.grading import graded, ramp
from appliance.liveness.impression import Impression
from appliance.liveness.landmarks import Landmarks, find_landmarks
from appliance.liveness.registration import guesses
from appliance.liveness.ridge_agreement import LEAST_SHARE, NONE, Agreement, agreement, searchable
from appliance.model.liveness import Hint

CODE = "repeat"
_OTHER, _SAME = 0.70, 0.94
"""Correlations: an alarm lies half-way, at 0.82. Of 245 impressions, the three most like another press of the finger
reach 0.81, 0.81 and 0.80, the rest 0.76; of repeats 99 in 100 stay above 0.85."""
_CERTAIN = 0.86


def repeat(impression: Impression, memory: FrameMemory) -> tuple[Hint, FrameMemory]:
    """Of an impression with a finger on it: the hint, and the memory with this frame in it, unless it was there."""
    is_known, memory = _traced(impression, memory)
    digest = digest_of(impression, memory.key)
    if any(digest == each.digest for each in memory.frames):
        return _exactly(memory), memory
    landmarks = find_landmarks(impression)
    after = memory.with_frame(sign_frame(impression, landmarks, digest, memory.key))
    if is_known:
        return _exactly(memory), after
    best = _most_alike(impression, landmarks, memory)
    found = graded(
        CODE,
        ramp(best.correlation, _OTHER, _SAME),
        correlation=best.correlation,
        same_side=best.same_side,
        share=best.share,
        compared=len(memory.frames),
    )
    return found, after


def _traced(impression: Impression, memory: FrameMemory) -> tuple[bool, FrameMemory]:
    """Whether the box has had these very pixels in any attendance; and the memory that knows them from now on."""
    if memory.traces is None:
        return False, memory
    trace = digest_of(impression, memory.traces.key)
    return trace in memory.traces.digests, replace(memory, traces=memory.traces.with_digest(trace))


def _exactly(memory: FrameMemory) -> Hint:
    return graded(CODE, 1.0, correlation=1.0, same_side=1.0, share=1.0, compared=len(memory.frames), exact=1.0)


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
