"""All hints on one impression, and their score. Not a judgement of quality, and not presentation attack detection."""

from __future__ import annotations

from collections.abc import Iterable

from appliance.liveness import blank, halo, repeat, ridge_frequency, ridge_uniformity, saturation
from appliance.liveness.frame_memory import FrameMemory
from appliance.liveness.grading import together
from appliance.liveness.impression import Impression, prepared, refusal
from appliance.model.liveness import Hint, LivenessHints
from drivers.contracts import Pixels

ALGORITHM = "claim-kiosk-fingerprint-hints/1"
_LEAST_RIDGED = 9
"""Blocks of 16 pixels with ridges, away from the outline, below which there is no saying how a print varies."""
_CODES = (saturation.CODE, halo.CODE, ridge_uniformity.CODE, ridge_frequency.CODE, repeat.CODE)


def liveness_hints(
    pixels: Pixels, resolution_ppi: int | None, memory: FrameMemory
) -> tuple[LivenessHints, FrameMemory]:
    """The hints on (H, W) or (H, W, 3) uint8, dark on light, and the memory that the next frame is to be given.

    One frame of each presentation is to be given, no preview and no retake without lifting the finger: two frames of
    a finger that lies still are as alike as a repeat. What cannot be looked at, whatever it is, has all its hints
    omitted and is not remembered. Never raises.
    """
    refused = refusal(pixels, resolution_ppi)
    if refused is not None or resolution_ppi is None:
        return _put_together(_omitted((blank.CODE, *_CODES), refused or "resolution-unknown")), memory
    impression = prepared(pixels, resolution_ppi)
    hints, after = _looked_at(impression, memory)
    return _put_together((blank.blank(impression), *hints)), after


def overall_score(fingers: Iterable[LivenessHints]) -> float | None:
    """That of the most doubtful finger: several fingers in order do not make up for one. None without any score."""
    return max((each.score for each in fingers if each.score is not None), default=None)


def _looked_at(impression: Impression, memory: FrameMemory) -> tuple[tuple[Hint, ...], FrameMemory]:
    """The hints that need a finger, in the order of `_CODES`."""
    if impression.ridged.sum() < _LEAST_RIDGED:
        return _omitted(_CODES, "no-finger"), memory
    again, after = repeat.repeat(impression, memory)
    return (
        saturation.saturation(impression),
        halo.halo(impression),
        ridge_uniformity.ridge_uniformity(impression),
        ridge_frequency.ridge_frequency(impression),
        again,
    ), after


def _omitted(codes: tuple[str, ...], reason: str) -> tuple[Hint, ...]:
    return tuple(Hint(code=code, omitted=reason) for code in codes)


def _put_together(hints: tuple[Hint, ...]) -> LivenessHints:
    return LivenessHints(hints=hints, score=together(hint.score for hint in hints), algorithm=ALGORITHM)
