"""Which of several images is the best. Pure.

BSI TR-03121-3 vol. 2 §5.4.1.1.2 (most mandatory criteria met, then the optional ones, then the newest) and §5.4.5.1.3
(the highest of a hand, ties index > thumb > middle): what stands in an image's way weighs more than its score.
"""

from __future__ import annotations

from collections.abc import Iterable

from appliance.model.capture import Attempt
from appliance.model.position import FALLBACK_ORDER, Position
from appliance.model.verdict import NOT_JUDGED, Verdict
from appliance.quality.portrait_criteria import unmet

_POSITIONS = frozenset(position.value for position in Position)


def verdict_rank(verdict: Verdict) -> tuple[bool, int, int]:
    """What could be judged before what could not, then the fewest reasons against it, then the highest score."""
    judged = verdict.score != NOT_JUDGED
    return judged, -len(verdict.reasons), verdict.score if judged else -1


def portrait_rank(verdict: Verdict, threshold: int) -> tuple[bool, bool, int, int, int]:
    """Of the stills of one burst: what could be judged and would be accepted, then the fewest reasons against it, then
    the most mandatory criteria met, then the optional ones. Of equals the caller takes the newest (5.4.1.1.2)."""
    missed = unmet(verdict)
    return (
        verdict.score != NOT_JUDGED,
        verdict.accepted(threshold),
        -len(verdict.reasons),
        -len(missed.mandatory),
        -len(missed.optional),
    )


def best_attempt(attempts: Iterable[Attempt]) -> Attempt | None:
    """The accepted before the others, then by verdict, then index > thumb > middle > ring > little, then the newest."""
    best: Attempt | None = None
    for attempt in attempts:
        if attempt.part is not None and (best is None or _rank(attempt) >= _rank(best)):
            best = attempt
    return best


def _rank(attempt: Attempt) -> tuple[bool, tuple[bool, int, int], int]:
    return attempt.accepted, verdict_rank(attempt.verdict), -_place(attempt.position)


def _place(position: str | None) -> int:
    """Where a finger stands in the fallback order; one that is no fallback (the little finger), and what is no single
    finger, stand last."""
    finger = Position(position).finger if position in _POSITIONS else ""
    return FALLBACK_ORDER.index(finger) if finger in FALLBACK_ORDER else len(FALLBACK_ORDER)
