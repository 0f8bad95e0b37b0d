"""When a portrait is taken by itself, and which of several stills is kept: pure, told of each frame once it was judged.

Once all limits have held for a moment a burst of stills is asked for, one after another. A person moves between a
preview and a still: where none of the burst holds the limits they are waited for again, and what there is goes on
competing. When the time is up a last burst is taken of whatever there is.

Mandatory limits are waited for all the time; optional ones, which not everybody can meet, for its first part. What no
person can mend (a camera with too few pixels) is waited for by nobody.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from appliance.attendance.choosing import Candidate, Next
from appliance.attendance.instruction import GOOD
from appliance.attendance.ranking import portrait_rank
from appliance.model.verdict import Verdict
from appliance.quality.portrait_criteria import awaited

BURST: Final = 3
HELD_S: Final = 0.4
HELD_LOOKS: Final = 3
"""Both: a glimpse in passing is no portrait, and two slow looks do not tell that somebody sits still."""
LAST_BURST_S: Final = 3.0
"""The last burst is asked for so long before the time is up, at most half of it: what is taken is taken within it."""
PATIENCE_SHARE: Final = 1 / 3
"""Of the time, for what is optional."""


class _Doing(StrEnum):
    WAITING = "waiting"
    BURST = "burst"
    LAST_BURST = "last-burst"


class PortraitChoice:
    """Of one attempt. `within_s`: the time that there is once the first picture has come, the last burst included;
    `still_within_s`: how long a camera may go on with previews after it was asked for a still."""

    def __init__(self, threshold: int, within_s: float, still_within_s: float) -> None:
        self.best: Candidate | None = None
        self.stills = 0
        """How many were compared."""
        self._threshold = threshold
        self._within_s = within_s
        self._still_within_s = still_within_s
        self.has_enough = False
        """Whether the best holds the limits, so that it may be kept whatever comes after it."""
        self._first_s: float | None = None
        self._held_since_s: float | None = None
        self._held_looks = 0
        self._doing = _Doing.WAITING
        self._left = 0
        self._asked_s: float | None = None
        self._taken = False

    def instruction(self, verdict: Verdict, now_s: float) -> str:
        """The code of what is waited for, the most useful first; `good` where it is only to be held. Empty where the
        score is too low and nobody knows why."""
        missed = self._awaited(verdict, now_s)
        if missed:
            return missed[0]
        return GOOD if verdict.accepted(self._threshold) else next(iter(awaited(verdict, optional_too=True)), "")

    def looked_at(self, verdict: Verdict, now_s: float, *, taken: bool) -> Next:
        """After a preview. `taken`: the technician has asked for a still."""
        self._begin(now_s)
        if taken and not self._taken:
            # Asked for anew, whatever was asked for before.
            self._taken, self._asked_s = True, now_s
        if self._asked_s is not None:
            late = self._time_is_up(now_s) and self.best is not None
            if now_s - self._asked_s < self._still_within_s and not late:
                return Next.GO_ON
            return Next.GIVE_UP if self.best is None else Next.END
        if self._held(verdict, now_s):
            return self._ask(_Doing.BURST, now_s)
        return self._ask(_Doing.LAST_BURST, now_s) if self._over(now_s) else Next.GO_ON

    def offered(self, candidate: Candidate, now_s: float, *, taken: bool) -> Next:
        """After a picture that may be kept, whether it was asked for or the camera gives no others. `taken`: the
        technician has asked for this very one, and it is kept whatever it is worth."""
        self._begin(now_s)
        self._asked_s = None
        self.stills += 1
        if taken:
            self.best = candidate
            return Next.END
        if self.best is None or self._rank(candidate) >= self._rank(self.best):
            self.best = candidate
        self.has_enough = self._holds(self.best.verdict, now_s)
        if self._doing is _Doing.WAITING:
            # Of a camera without previews: it takes what is looked at.
            return Next.END if self._held(candidate.verdict, now_s) or self._over(now_s) else Next.GO_ON
        self._left -= 1
        if self._left > 0 and not self._time_is_up(now_s):
            return self._ask(self._doing, now_s)
        if self._doing is _Doing.LAST_BURST or self.has_enough or self._time_is_up(now_s):
            return Next.END
        self._doing, self._held_since_s, self._held_looks = _Doing.WAITING, None, 0
        return Next.GO_ON

    def _begin(self, now_s: float) -> None:
        self._first_s = now_s if self._first_s is None else self._first_s

    def _over(self, now_s: float) -> bool:
        """Whether nobody is waited for any more: a last burst still fits into the time."""
        until_s = max(self._within_s / 2, self._within_s - LAST_BURST_S)
        return self._first_s is not None and now_s - self._first_s >= until_s

    def _time_is_up(self, now_s: float) -> bool:
        return self._first_s is not None and now_s - self._first_s >= self._within_s

    def _ask(self, doing: _Doing, now_s: float) -> Next:
        if self._doing is not doing:
            self._doing, self._left = doing, BURST
        self._asked_s = now_s
        return Next.ASK_STILL

    def _held(self, verdict: Verdict, now_s: float) -> bool:
        """After one more look, whether the limits have held for long enough."""
        if not self._holds(verdict, now_s):
            self._held_since_s, self._held_looks = None, 0
            return False
        self._held_since_s = now_s if self._held_since_s is None else self._held_since_s
        self._held_looks += 1
        return self._held_looks >= HELD_LOOKS and now_s - self._held_since_s >= HELD_S

    def _holds(self, verdict: Verdict, now_s: float) -> bool:
        return verdict.accepted(self._threshold) and not self._awaited(verdict, now_s)

    def _awaited(self, verdict: Verdict, now_s: float) -> tuple[str, ...]:
        first_s = now_s if self._first_s is None else self._first_s
        return awaited(verdict, optional_too=now_s - first_s < PATIENCE_SHARE * self._within_s)

    def _rank(self, candidate: Candidate) -> tuple[bool, bool, int, int, int]:
        return portrait_rank(candidate.verdict, self._threshold)
