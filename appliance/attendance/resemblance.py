"""Whether the fingers of an attendance are as many as they claim, by what its journal holds of each attempt. Pure.

A warning to the technician and a line of the record; nothing is ever barred by it (BSI TR-03121-3 vol. 2 §4.6.2:
at supervised posts).
"""

from __future__ import annotations

from dataclasses import dataclass

from appliance.attendance.state import Attendance
from appliance.fingerprint.uniqueness import Given, Uniqueness, told_by
from appliance.model.capture import Attempt
from appliance.model.position import Position
from appliance.model.verdict import CaptureKind


@dataclass(frozen=True)
class Impression(Given):
    """An attempt that can be compared. `part` is its image's name in the vault."""

    part: str
    counts: bool


def impressions_of(attendance: Attendance) -> tuple[Attempt, ...]:
    """Every impression that was ever taken, kept or not, in the order in which they were made."""
    tries = [
        attempt
        for target in attendance.targets
        for attempt in target.tries
        if target.kind is CaptureKind.FINGERPRINT and attempt.part is not None
    ]
    return tuple(sorted(tries, key=lambda attempt: attempt.started_at))


def comparable(attendance: Attendance) -> tuple[Impression, ...]:
    """Every impression of one known finger of which there is anything to compare."""
    counting = counting_impressions(attendance)
    return tuple(
        Impression(Position(attempt.position), attempt.round, attempt.number, attempt.part.name, attempt in counting)
        for attempt in impressions_of(attendance)
        if attempt.position and attempt.part and attempt.resemblance is not None and not attempt.resemblance.omitted
    )


def whole_record(attendance: Attendance) -> Uniqueness[Impression]:
    """Of every impression that was ever taken, also of what was taken again since."""
    return told_by(comparable(attendance), _Scores(attendance))


def standing_doubts(attendance: Attendance) -> Uniqueness[Impression]:
    """Of the impressions that are chosen or still compete: what was taken again raises no doubt any more."""
    return told_by(comparable(attendance), _Scores(attendance), counts=lambda one: one.counts)


def counting_impressions(attendance: Attendance) -> tuple[Attempt, ...]:
    """Those that are chosen, and where nothing is chosen yet those that compete."""
    return tuple(
        attempt
        for target in attendance.targets
        if target.kind is CaptureKind.FINGERPRINT
        for attempt in ((target.chosen,) if target.chosen is not None else target.attempts)
        if attempt.part is not None
    )


class _Scores:
    """The score of two impressions, whichever was taken first; None where they were not compared."""

    def __init__(self, attendance: Attendance) -> None:
        self._known = {
            frozenset((attempt.part.name, alike.part)): alike.score
            for attempt in impressions_of(attendance)
            if attempt.part is not None and attempt.resemblance is not None
            for alike in attempt.resemblance.scores
        }

    def __call__(self, one: Impression, other: Impression) -> float | None:
        return self._known.get(frozenset((one.part, other.part)))
