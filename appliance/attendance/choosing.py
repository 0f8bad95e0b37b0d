"""Which picture of one attempt is kept, and what comes next: pure, told of each frame once it was judged.

Where the device gives previews they are only looked at. When the time is up or the technician says so, a still is asked
for; only what is no preview is kept. When a portrait is taken by itself is `portrait_choice`'s to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from appliance.attendance.ranking import verdict_rank
from appliance.model.verdict import NOT_JUDGED, Verdict
from appliance.quality.face_assessor import MadePortrait
from drivers.contracts import Pixels


class Next(StrEnum):
    GO_ON = "go-on"
    ASK_STILL = "ask-still"
    END = "end"
    GIVE_UP = "give-up"
    """The still that was asked for does not come."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A picture that may be kept. `resolution_ppi` and `lossy` as its frame had them. `compose` as `AssessedStill` has
    it."""

    verdict: Verdict
    pixels: Pixels
    simulated: bool
    resolution_ppi: int | None = None
    lossy: bool = False
    compose: Callable[[], MadePortrait] | None = None


class Choice:
    """Of one attempt. `window_s`: how long pictures are compared once the first has come; `still_within_s`: how long
    previews go on for a still that was asked for. `presence_s`: what cannot be judged (bare glass) does not begin the
    window, and is looked at for so long and no longer; None: every picture begins it.
    """

    def __init__(
        self, threshold: int, window_s: float, still_within_s: float, *, presence_s: float | None = None
    ) -> None:
        self.best: Candidate | None = None
        self._threshold = threshold
        self._window_s = window_s
        self._first_s: float | None = None
        self._still_within_s = still_within_s
        self._asked_s: float | None = None
        self._taken = False
        self._presence_s = presence_s
        self._since_s: float | None = None

    def left_s(self, now_s: float) -> float | None:
        """How long to wait for another picture, at least 0; None where nothing is kept yet that could be taken."""
        end_s = self._end_s()
        return None if self.best is None or end_s is None else max(0.0, end_s - now_s)

    def looked_at(self, verdict: Verdict, now_s: float, *, taken: bool) -> Next:
        """After a preview. A still is asked for once, until it comes. `taken`: the technician has asked for one."""
        is_over = self._over(verdict, now_s)
        if taken and not self._taken:
            # Asked for anew, whatever was asked for before.
            self._taken, self._asked_s = True, now_s
        if self._asked_s is not None:
            return Next.GIVE_UP if now_s - self._asked_s >= self._still_within_s else Next.GO_ON
        if not is_over:
            return Next.GO_ON
        self._asked_s = now_s
        return Next.ASK_STILL

    def offered(self, candidate: Candidate, now_s: float, *, taken: bool) -> Next:
        """After a picture that may be kept. `taken`: the technician has asked for this very one."""
        self._asked_s = None
        if taken or self.best is None or verdict_rank(candidate.verdict) > verdict_rank(self.best.verdict):
            self.best = candidate
        ends = taken or candidate.verdict.accepted(self._threshold) or self._over(candidate.verdict, now_s)
        return Next.END if ends else Next.GO_ON

    def _over(self, verdict: Verdict, now_s: float) -> bool:
        self._since_s = now_s if self._since_s is None else self._since_s
        if self._first_s is None and (self._presence_s is None or verdict.score != NOT_JUDGED):
            self._first_s = now_s
        end_s = self._end_s()
        return end_s is not None and now_s >= end_s

    def _end_s(self) -> float | None:
        """When the best so far has to do."""
        if self._first_s is not None:
            return self._first_s + self._window_s
        if self._since_s is not None and self._presence_s is not None:
            return self._since_s + self._presence_s
        return None
