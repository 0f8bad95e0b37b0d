"""What the record says of fingers beside their quality: resemblance, uniqueness, liveness hints on all. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from appliance.attendance.finger_impression import FingerImpression, fingers_of, is_single
from appliance.attendance.liveness_records import NO_IMAGE, NOT_ASKED
from appliance.attendance.resemblance import Impression, Scores, comparable, whole_record
from appliance.attendance.state import Attendance
from appliance.fingerprint.comparison import ALGORITHM as COMPARISON
from appliance.fingerprint.uniqueness import THRESHOLD, Alike
from appliance.liveness.fingerprint import ALGORITHM as HINTS
from appliance.liveness.fingerprint import overall_score
from appliance.model.capture import Attempt, FingerCapture
from appliance.model.liveness import ALARM_SCORE, LivenessHints
from appliance.model.manifest_fingers import (
    AlikeRecord,
    LikenessRecord,
    OverallLivenessRecord,
    ResemblanceRecord,
    UniquenessRecord,
)
from appliance.model.verdict import CaptureKind

NO_FINGERS = "no-fingers"


class FingerRecords:
    """`attempts`: all that the manifest lists, in its order. `taken`: one of them at a single finger, or one finger of
    one at several."""

    def __init__(self, attendance: Attendance, attempts: Sequence[Attempt]) -> None:
        self._attendance = attendance
        self._prints = [attempt for attempt in attempts if attempt.kind is CaptureKind.FINGERPRINT]
        placed = [(index, one) for index, attempt in enumerate(attempts) for one in fingers_of(attempt)]
        self._impressions = [one for _, one in placed]
        self._places = {one.key: index for index, one in placed}
        self._scores = Scores(self._impressions)

    def resemblance(self, taken: Attempt | FingerCapture) -> ResemblanceRecord:
        one, known = self._impression(taken), taken.resemblance
        if one is None or known is None:
            return ResemblanceRecord(minutiae=0, alike=(), omitted=NO_IMAGE if one is None else NOT_ASKED)
        alike = tuple(
            LikenessRecord(attempt=self._places[other.key], position=other.position, score=score)
            for other in self._impressions
            if other.position is not None
            and other.position != one.position
            and (score := self._scores.of(one.key, other.key)) is not None
            and score >= THRESHOLD
        )
        return ResemblanceRecord(minutiae=known.minutiae, alike=alike, omitted=known.omitted or None)

    def uniqueness(self) -> UniquenessRecord:
        found = whole_record(self._attendance)
        return UniquenessRecord(
            algorithm=COMPARISON,
            threshold=found.threshold,
            compared=found.compared,
            repeated=tuple(self._alike(pair) for pair in found.repeated),
            swapped=tuple(self._alike(pair) for pair in found.swapped),
            omitted=None if found.compared else self._why_nothing_was_compared(),
        )

    def overall_liveness(self) -> OverallLivenessRecord:
        """A placement in which no finger was told apart counts as one that was not examined."""
        known: dict[str, list[LivenessHints]] = {}
        examined = omitted = 0
        for attempt in self._prints:
            every = (attempt,) if is_single(attempt) else attempt.fingers
            omitted += 0 if every else 1
            for taken in every:
                hints = known.setdefault(taken.position or "unknown", [])
                hints.extend([taken.liveness] if taken.liveness is not None else [])
                is_examined = taken.liveness is not None and taken.liveness.score is not None
                examined, omitted = examined + is_examined, omitted + (not is_examined)
        score = overall_score(hints for of_finger in known.values() for hints in of_finger)
        return OverallLivenessRecord(
            score=score,
            alarm=score is not None and score >= ALARM_SCORE,
            fingers={position: overall_score(of_finger) for position, of_finger in known.items()},
            examined=examined,
            omitted=omitted,
            algorithm=HINTS,
            pad="not-performed",
        )

    def _impression(self, taken: Attempt | FingerCapture) -> FingerImpression | None:
        return next((one for one in self._impressions if one.taken is taken), None)

    def _alike(self, pair: Alike[Impression]) -> AlikeRecord:
        first, second = sorted((pair.first, pair.second), key=lambda one: (self._places[one.key], one.position.number))
        return AlikeRecord(
            first=self._places[first.key],
            first_position=first.position.value,
            second=self._places[second.key],
            second_position=second.position.value,
            score=pair.score,
        )

    def _why_nothing_was_compared(self) -> str:
        if not any(attempt.part is not None for attempt in self._prints):
            return "no-impressions"
        if not self._impressions:
            return NO_FINGERS
        impressions = comparable(self._attendance)
        if not impressions:
            known = [one.taken.resemblance for one in self._impressions if one.taken.resemblance is not None]
            return next((each.omitted for each in known if each.omitted), NOT_ASKED)
        return "one-position" if len({one.position for one in impressions}) == 1 else "not-compared"
