"""What to tell the hand or the face in front of the device now: one thing at a time, long enough to be read. Pure."""

from __future__ import annotations

from typing import Final

from appliance.model.verdict import Verdict

HOLD_S: Final = 0.8
"""For how long an instruction stands: what changes with every frame helps nobody."""
GOOD: Final = "good"
"""Nothing is to be mended: hold on."""


def instruction(verdict: Verdict, threshold: int) -> str:
    """The code of what is most useful to mend; `good` where the picture would do."""
    if verdict.accepted(threshold):
        return GOOD
    return next(iter((*verdict.reasons, *verdict.advice)), "")


class Instructions:
    """Of one capture: told of each verdict in turn."""

    def __init__(self, threshold: int) -> None:
        self._threshold = threshold
        self._code = ""
        self._since_s = float("-inf")

    def after(self, verdict: Verdict, now_s: float) -> str:
        """What is to be said now; empty before there is anything to say."""
        return self.say(instruction(verdict, self._threshold), now_s)

    def say(self, code: str, now_s: float) -> str:
        """The same of a code that was chosen elsewhere. With nothing to say what was said stays, but never that all is
        good."""
        if (code or self._code == GOOD) and code != self._code and now_s - self._since_s >= HOLD_S:
            self._code, self._since_s = code, now_s
        return self._code
