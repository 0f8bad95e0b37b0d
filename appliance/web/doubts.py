"""What a technician is warned of about the fingers of an attendance: resemblances and liveness hints. Pure.

Neither stops anything. Hints are for the technician alone: no screen that is turned to the applicant shows them (the
notice, the signature, a running capture).
"""

from __future__ import annotations

import msgspec

from appliance.attendance.resemblance import counting_impressions, standing_doubts
from appliance.attendance.state import Attendance
from appliance.attendance.target import Leniency, Target
from appliance.model.attendance import Step
from appliance.model.capture import Attempt
from appliance.model.liveness import Hint

_REPEAT = "repeat"
_OF_FINGERS = frozenset({Step.DOCUMENT, Step.FACE, Step.FINGERPRINTS, Step.REVIEW})


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """Two positions that seem to be one finger. `kind` is `repeated` or `swapped`."""

    kind: str
    first: str
    second: str
    score: float


class HintShown(msgspec.Struct, frozen=True, kw_only=True):
    """An impression that a hint raised an alarm on. `word` names the strongest hint; `score` of 100."""

    position: str
    word: str
    score: int


def doubts(attendance: Attendance) -> tuple[Doubt, ...]:
    """Of what is chosen or may still be."""
    found = standing_doubts(attendance)
    return tuple(
        Doubt(kind=kind, first=pair.first.position.value, second=pair.second.position.value, score=pair.score)
        for kind, pairs in (("repeated", found.repeated), ("swapped", found.swapped))
        for pair in pairs
    )


def alarms(attendance: Attendance) -> tuple[HintShown, ...]:
    """One for each impression that is chosen or may still be."""
    return tuple(
        HintShown(
            position=attempt.position or "",
            word=_word(attempt, max(attempt.liveness.hints, key=lambda hint: hint.score or 0.0)),
            score=round(100 * attempt.liveness.score),
        )
        for attempt in counting_impressions(attendance)
        if attempt.liveness is not None and attempt.liveness.alarm and attempt.liveness.score is not None
    )


def are_shown(step: Step) -> bool:
    return step in _OF_FINGERS


def leniency(targets: tuple[Target, ...]) -> Leniency | None:
    """By which rule scores ask nobody to repeat here, where one does."""
    return next((target.leniency for target in targets if target.leniency is not None), None)


def _word(attempt: Attempt, strongest: Hint) -> str:
    if strongest.code != _REPEAT or "exact" not in strongest.evidence:
        return strongest.code
    return "repeat-simulated" if attempt.device.simulated else "repeat-exact"
