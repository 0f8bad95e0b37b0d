"""What one placement of several fingers is worth: told apart, each cut out upright and judged by itself. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from appliance.attendance.finger_image import finger_image, recorded_segment
from appliance.errors import QualityError
from appliance.fingerprint.finger_segment import FingerSegment
from appliance.fingerprint.scored_scale import SCORED_PPI
from appliance.fingerprint.slap import Reason, SlapSegments, segments
from appliance.model.capture import FingerCapture, Segment
from appliance.model.position import Position
from appliance.model.verdict import NOT_JUDGED, CaptureKind, Verdict
from appliance.quality.fingerprint import assess_fingerprint
from appliance.quality.nfiq2.forest import Forest
from drivers.contracts import Pixels

OF_THE_WHOLE: Final = frozenset(reason.value for reason in Reason)
"""What is wrong with a placement, and not with one of its fingers."""
_POSITIONS: Final = {position.number: position.value for position in Position}


@dataclass(frozen=True, slots=True)
class JudgedSlap:
    """`verdict` is that of the placement: what is wrong with it as a whole, then what is wrong with the finger that is
    furthest from its threshold, whose score and `threshold` it has. `fingers` have no part yet."""

    verdict: Verdict
    threshold: int
    fingers: tuple[FingerCapture, ...]

    @property
    def accepted(self) -> bool:
        return bool(self.fingers) and all(finger.accepted for finger in self.fingers)

    @property
    def rank(self) -> tuple[int, int, int]:
        """Of two placements the better: what is wrong with it as a whole, fingers that pass, all scores together."""
        passed = sum(finger.verdict.accepted(finger.threshold) for finger in self.fingers)
        scores = sum(finger.verdict.score for finger in self.fingers if finger.verdict.score != NOT_JUDGED)
        return -len(_of_the_whole(self.verdict)), passed, scores


def judge_slap(
    pixels: Pixels, *, resolution_ppi: int | None, thresholds: Mapping[str, int], forest: Forest | None
) -> JudgedSlap:
    """Of (h, w) uint8, dark ridges on light. `thresholds`: of the fingers asked for, by position. Never raises."""
    if resolution_ppi is None or resolution_ppi < SCORED_PPI * 0.98 or pixels.ndim != 2:
        why = "resolution-unknown" if resolution_ppi is None else "resolution-too-low"
        return JudgedSlap(_nothing(why if pixels.ndim == 2 else "not-an-image"), max(thresholds.values()), ())
    numbers = [Position(position).number for position in thresholds]
    try:
        found = segments(pixels, resolution_ppi, numbers)
    except QualityError as error:  # larger than any glass, or finer
        return JudgedSlap(_nothing(error.code), max(thresholds.values()), ())
    verdicts: dict[str, tuple[Verdict, Segment | None]] = {}
    for position, found_segment in _called(found):
        if position in thresholds:
            segment = recorded_segment(found_segment)
            finger = finger_image(pixels, resolution_ppi, segment, position)
            verdicts[position] = assess_fingerprint(finger, resolution_ppi=resolution_ppi, forest=forest), segment
    measures = {
        "fingers_asked": float(len(numbers)),
        "fingers_found": float(found.found),
        "hand_angle_deg": round(found.angle_deg, 1),
    }
    return _judged(verdicts, thresholds, tuple(reason.value for reason in found.reasons), measures)


def _called(found: SlapSegments) -> Iterator[tuple[str, FingerSegment]]:
    """Each finger by its name; those that look like the other hand's by the place that they would have on the one asked
    for. The operator may know better, and nobody else takes them."""
    if Reason.HAND_SIDE_WRONG in found.reasons and len(found.fingers) == len(found.expected):
        is_left = found.expected[0] > Position.RIGHT_LITTLE.number
        by_place = sorted(found.expected, reverse=is_left)
        yield from ((_POSITIONS[number], one) for number, one in zip(by_place, found.fingers, strict=True))
        return
    yield from ((_POSITIONS[segment.position], segment) for segment in found.fingers)


def judge_cut_out(
    images: Mapping[str, tuple[Pixels, int | None]], *, thresholds: Mapping[str, int], forest: Forest | None
) -> JudgedSlap:
    """Of fingers that the device has told apart itself: (h, w) uint8 and its resolution by position. Never raises."""
    verdicts: dict[str, tuple[Verdict, Segment | None]] = {}
    for position in thresholds:
        if position in images:
            pixels, ppi = images[position]
            verdicts[position] = assess_fingerprint(pixels, resolution_ppi=ppi, forest=forest), None
    reasons = (Reason.FINGERS_MISSING.value,) if len(verdicts) < len(thresholds) else ()
    measures = {"fingers_asked": float(len(thresholds)), "fingers_found": float(len(verdicts))}
    return _judged(verdicts, thresholds, reasons, measures)


def _judged(
    verdicts: Mapping[str, tuple[Verdict, Segment | None]],
    thresholds: Mapping[str, int],
    reasons: tuple[str, ...],
    measures: dict[str, float],
) -> JudgedSlap:
    fingers = tuple(
        FingerCapture(
            position=position,
            verdict=verdicts[position][0],
            threshold=threshold,
            accepted=not reasons and verdicts[position][0].accepted(threshold),
            segment=verdicts[position][1],
            part=None,
        )
        for position, threshold in thresholds.items()
        if position in verdicts
    )
    if not fingers:
        verdict = msgspec.structs.replace(_nothing(*(reasons or ("empty-image",))), measures=measures)
        return JudgedSlap(verdict, max(thresholds.values()), ())
    poorest = min(fingers, key=_margin)
    verdict = Verdict(
        kind=CaptureKind.FINGERPRINT,
        score=poorest.verdict.score,
        reasons=tuple(dict.fromkeys((*reasons, *poorest.verdict.reasons))),
        advice=poorest.verdict.advice,
        measures=measures,
        algorithm=poorest.verdict.algorithm,
    )
    return JudgedSlap(verdict, poorest.threshold, fingers)


def _margin(finger: FingerCapture) -> tuple[bool, int]:
    verdict = finger.verdict
    score = -1 if verdict.score == NOT_JUDGED else verdict.score
    return verdict.accepted(finger.threshold), score - finger.threshold


def _of_the_whole(verdict: Verdict) -> tuple[str, ...]:
    return tuple(reason for reason in verdict.reasons if reason in OF_THE_WHOLE)


def _nothing(*reasons: str) -> Verdict:
    return Verdict(kind=CaptureKind.FINGERPRINT, score=NOT_JUDGED, reasons=reasons)
