"""Whether the fingers of an attendance are as many as they claim, by what its journal holds of each attempt. Pure.

A warning to the technician and a line of the record; nothing is ever barred by it (BSI TR-03121-3 vol. 2 §4.6.2:
at supervised posts).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from appliance.attendance.finger_impression import FingerImpression, ImpressionKey, fingers_of
from appliance.attendance.state import Attendance
from appliance.attendance.target import Target
from appliance.fingerprint.uniqueness import Given, Uniqueness, told_by
from appliance.model.position import Position


@dataclass(frozen=True)
class Impression(Given):
    """One that can be compared."""

    key: ImpressionKey
    counts: bool


def impressions_of(attendance: Attendance) -> tuple[FingerImpression, ...]:
    """Every impression that was ever taken, kept or not, in the order in which they were made."""
    tries = [attempt for target in attendance.targets for attempt in target.tries]
    ordered = sorted(tries, key=lambda attempt: attempt.started_at)
    return tuple(one for attempt in ordered for one in fingers_of(attempt))


def comparable(attendance: Attendance) -> tuple[Impression, ...]:
    """Every impression of one known finger of which there is anything to compare."""
    counting = {one.key for one in counting_impressions(attendance)}
    return tuple(
        Impression(Position(one.position), one.attempt.round, one.attempt.number, one.key, one.key in counting)
        for one in impressions_of(attendance)
        if one.position and one.taken.resemblance is not None and not one.taken.resemblance.omitted
    )


def whole_record(attendance: Attendance) -> Uniqueness[Impression]:
    """Of every impression that was ever taken, also of what was taken again since; what is sealed stands first."""
    return told_by(comparable(attendance), _scores(attendance), prefers=lambda one: one.counts)


def standing_doubts(attendance: Attendance) -> Uniqueness[Impression]:
    """Of the impressions that are chosen or still compete: what was taken again raises no doubt any more."""
    return told_by(comparable(attendance), _scores(attendance), counts=lambda one: one.counts)


def counting_impressions(attendance: Attendance) -> tuple[FingerImpression, ...]:
    """Those that are chosen, and where nothing is chosen yet those that compete."""
    return tuple(one for target in attendance.targets for one in _counting(target))


def _counting(target: Target) -> Iterator[FingerImpression]:
    if target.chosen is None:
        competing = (one for attempt in target.attempts for one in fingers_of(attempt))
        yield from (one for one in competing if not target.fingers or one.position in target.open_fingers)
    elif target.fingers:
        for kept in target.kept_fingers:
            yield from (one for one in fingers_of(kept.attempt) if one.taken is kept.finger)
    else:
        yield from fingers_of(target.chosen)


class Scores:
    """The score of two impressions, whichever was taken first; None where they were not compared."""

    def __init__(self, impressions: Iterable[FingerImpression]) -> None:
        self._known = {
            frozenset((one.key, ImpressionKey(alike.part, alike.finger))): alike.score
            for one in impressions
            if one.taken.resemblance is not None
            for alike in one.taken.resemblance.scores
        }

    def of(self, one: ImpressionKey, other: ImpressionKey) -> float | None:
        return self._known.get(frozenset((one, other)))


def _scores(attendance: Attendance) -> Callable[[Impression, Impression], float | None]:
    scores = Scores(impressions_of(attendance))
    return lambda one, other: scores.of(one.key, other.key)
