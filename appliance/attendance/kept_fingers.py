"""Of several placements of the same fingers, which impression of each is kept. Pure.

A finger may come from another attempt than its neighbour. One of a placement that showed the other hand is kept only
where there is nothing else of it, and then only by the operator, who sees whose hand it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appliance.attendance.ranking import verdict_rank
from appliance.fingerprint.slap import Reason
from appliance.model.capture import Attempt, FingerCapture

_WHICH_IS_UNSURE = {Reason.FINGERS_MISSING.value, Reason.FINGERS_TOO_MANY.value}
_WHOSE_IS_UNSURE = _WHICH_IS_UNSURE | {Reason.HAND_SIDE_WRONG.value}


@dataclass(frozen=True, slots=True)
class KeptFinger:
    """A finger, and the attempt that gave it."""

    finger: FingerCapture
    attempt: Attempt

    @property
    def is_known(self) -> bool:
        """Whether it is more than a guess which finger it is, and of which hand."""
        return _WHOSE_IS_UNSURE.isdisjoint(self.attempt.verdict.reasons)


def kept_fingers(attempts: Iterable[Attempt], asked: Sequence[str]) -> tuple[KeptFinger, ...]:
    """The best of each finger asked for, in that order, as far as there is any; of two alike the newer."""
    best: dict[str, KeptFinger] = {}
    for attempt in attempts:
        for finger in attempt.fingers:
            other = best.get(finger.position)
            kept = KeptFinger(finger, attempt)
            if finger.part is not None and (other is None or _rank(kept) >= _rank(other)):
                best[finger.position] = kept
    return tuple(best[position] for position in asked if position in best)


def all_accepted(kept: Sequence[KeptFinger], asked: Sequence[str]) -> bool:
    """Whether every finger asked for is there and meets its own threshold."""
    return bool(asked) and len(kept) == len(asked) and all(one.finger.accepted for one in kept)


def _rank(kept: KeptFinger) -> tuple[bool, bool, bool, tuple[bool, int, int]]:
    """What passed; then of the right hand; then where which finger it is is more than a guess; then the better."""
    reasons = kept.attempt.verdict.reasons
    right_hand, sure = Reason.HAND_SIDE_WRONG.value not in reasons, _WHICH_IS_UNSURE.isdisjoint(reasons)
    return kept.finger.accepted, right_hand, sure, verdict_rank(kept.finger.verdict)
