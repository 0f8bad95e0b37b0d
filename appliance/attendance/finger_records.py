"""What the record says of fingers beside their quality: resemblance, uniqueness, liveness hints. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from appliance.attendance.resemblance import Impression, comparable, whole_record
from appliance.attendance.state import Attendance
from appliance.fingerprint.comparison import ALGORITHM as COMPARISON
from appliance.fingerprint.uniqueness import THRESHOLD, Alike
from appliance.liveness.fingerprint import ALGORITHM as HINTS
from appliance.liveness.fingerprint import overall_score
from appliance.model.capture import Attempt
from appliance.model.liveness import ALARM_SCORE, LivenessHints
from appliance.model.manifest_fingers import (
    AlikeRecord,
    HintRecord,
    LikenessRecord,
    LivenessRecord,
    OverallLivenessRecord,
    ResemblanceRecord,
    UniquenessRecord,
)
from appliance.model.verdict import CaptureKind

NO_IMAGE = "no-image"
NOT_ASKED = "not-asked"
"""Of an attempt that an earlier version of this box made."""


def resemblance_record(attempt: Attempt, attempts: Sequence[Attempt]) -> ResemblanceRecord | None:
    """`attempts`: all that the manifest lists, in its order."""
    if attempt.kind is not CaptureKind.FINGERPRINT:
        return None
    known = attempt.resemblance
    if attempt.part is None or known is None:
        return ResemblanceRecord(minutiae=0, alike=(), omitted=NO_IMAGE if attempt.part is None else NOT_ASKED)
    alike = tuple(
        LikenessRecord(attempt=index, score=score)
        for index, other in enumerate(attempts)
        if other.position != attempt.position and (score := _score(attempt, other)) is not None and score >= THRESHOLD
    )
    return ResemblanceRecord(minutiae=known.minutiae, alike=alike, omitted=known.omitted or None)


def uniqueness_record(attendance: Attendance, attempts: Sequence[Attempt]) -> UniquenessRecord:
    found = whole_record(attendance)
    places = {attempt.part.name: index for index, attempt in enumerate(attempts) if attempt.part is not None}
    return UniquenessRecord(
        algorithm=COMPARISON,
        threshold=found.threshold,
        compared=found.compared,
        repeated=tuple(_alike_record(pair, places) for pair in found.repeated),
        swapped=tuple(_alike_record(pair, places) for pair in found.swapped),
        omitted=None if found.compared else _why_nothing_was_compared(attendance, attempts),
    )


def liveness_record(attempt: Attempt) -> LivenessRecord | None:
    if attempt.kind is not CaptureKind.FINGERPRINT:
        return None
    known = attempt.liveness
    if known is None:
        omitted = NO_IMAGE if attempt.part is None else NOT_ASKED
        return LivenessRecord(score=None, alarm=False, hints=(), omitted=omitted, algorithm=HINTS, pad="not-performed")
    hints = tuple(
        HintRecord(code=hint.code, score=hint.score, omitted=hint.omitted or None, evidence=hint.evidence)
        for hint in known.hints
    )
    return LivenessRecord(
        score=known.score, alarm=known.alarm, hints=hints, omitted=None, algorithm=known.algorithm, pad=known.pad
    )


def overall_liveness_record(attempts: Sequence[Attempt]) -> OverallLivenessRecord:
    prints = [attempt for attempt in attempts if attempt.kind is CaptureKind.FINGERPRINT]
    known: dict[str, list[LivenessHints]] = {}
    for attempt in prints:
        known.setdefault(attempt.position or "unknown", []).extend([attempt.liveness] if attempt.liveness else [])
    score = overall_score(hints for of_finger in known.values() for hints in of_finger)
    examined = sum(1 for attempt in prints if attempt.liveness is not None and attempt.liveness.score is not None)
    return OverallLivenessRecord(
        score=score,
        alarm=score is not None and score >= ALARM_SCORE,
        fingers={position: overall_score(of_finger) for position, of_finger in known.items()},
        examined=examined,
        omitted=len(prints) - examined,
        algorithm=HINTS,
        pad="not-performed",
    )


def is_alarmed(attempt: Attempt) -> bool:
    """Its image is kept whatever becomes of the attempt (BSI TR-03121-3 vol. 2 §5.5)."""
    return attempt.liveness is not None and attempt.liveness.alarm and attempt.part is not None


def _score(attempt: Attempt, other: Attempt) -> float | None:
    """Whichever was taken first: the later one knows."""
    for later, earlier in ((attempt, other), (other, attempt)):
        if later.resemblance is not None and earlier.part is not None:
            for alike in later.resemblance.scores:
                if alike.part == earlier.part.name:
                    return alike.score
    return None


def _alike_record(pair: Alike[Impression], places: dict[str, int]) -> AlikeRecord:
    first, second = sorted(places[one.part] for one in (pair.first, pair.second))
    return AlikeRecord(first=first, second=second, score=pair.score)


def _why_nothing_was_compared(attendance: Attendance, attempts: Sequence[Attempt]) -> str:
    prints = [attempt for attempt in attempts if attempt.kind is CaptureKind.FINGERPRINT and attempt.part is not None]
    impressions = comparable(attendance)
    if not prints:
        return "no-impressions"
    if not impressions:
        return next((a.resemblance.omitted for a in prints if a.resemblance and a.resemblance.omitted), NOT_ASKED)
    return "one-position" if len({one.position for one in impressions}) == 1 else "not-compared"
