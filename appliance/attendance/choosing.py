"""Which picture of one attempt is kept, and what comes next: pure, told of each frame once it was judged.

Where the device gives previews they are only looked at. When one of them is good enough, the time is up or the
technician says so, a still is asked for; only what is no preview is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from appliance.attendance.ranking import verdict_rank
from appliance.model.verdict import Verdict
from drivers.contracts import Pixels


class Next(StrEnum):
    GO_ON = "go-on"
    ASK_STILL = "ask-still"
    END = "end"
    GIVE_UP = "give-up"
    """The still that was asked for does not come."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A picture that may be kept."""

    verdict: Verdict
    pixels: Pixels
    simulated: bool
    resolution_ppi: int | None = None


class Choice:
    """Of one attempt. `window_s`: how long pictures are compared once the first has come; `still_within_s`: how long
    previews go on for a still that was asked for."""

    def __init__(self, threshold: int, window_s: float, still_within_s: float) -> None:
        self.best: Candidate | None = None
        self._threshold = threshold
        self._window_s = window_s
        self._first_s: float | None = None
        self._still_within_s = still_within_s
        self._asked_s: float | None = None
        self._taken = False

    def looked_at(self, verdict: Verdict, now_s: float, *, taken: bool) -> Next:
        """After a preview. A still is asked for once, until it comes. `taken`: the technician has asked for one."""
        wanted = verdict.accepted(self._threshold) or self._over(now_s)
        if taken and not self._taken:
            # Asked for anew, whatever was asked for before.
            self._taken, self._asked_s = True, now_s
        if self._asked_s is not None:
            return Next.GIVE_UP if now_s - self._asked_s >= self._still_within_s else Next.GO_ON
        if not wanted:
            return Next.GO_ON
        self._asked_s = now_s
        return Next.ASK_STILL

    def offered(self, candidate: Candidate, now_s: float, *, taken: bool) -> Next:
        """After a picture that may be kept. `taken`: the technician has asked for this very one."""
        self._asked_s = None
        if taken or self.best is None or verdict_rank(candidate.verdict) > verdict_rank(self.best.verdict):
            self.best = candidate
        ends = taken or candidate.verdict.accepted(self._threshold) or self._over(now_s)
        return Next.END if ends else Next.GO_ON

    def _over(self, now_s: float) -> bool:
        if self._first_s is None:
            self._first_s = now_s
        return now_s - self._first_s >= self._window_s
