"""One line of the benchmark's table: a figure of ours, what it is held against, and their ratio."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from enum import StrEnum


class Goal(StrEnum):
    """What is to be reached."""

    AT_MOST = "at most"
    """`peer`."""
    AT_LEAST = "at least"
    """`peer`."""
    TENTH = "at most a tenth"
    """Of `peer`."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """`peer` is another program's figure taken in the same run, or our own goal; `ratio` is ours divided by it.

    Where both are nothing it is 1. `goal`: what `peer` is to ours; None where it is there to compare with only.
    """

    measure: str
    ours: float
    unit: str
    against: str
    peer: float
    goal: Goal | None = None

    @property
    def missed(self) -> bool:
        """Whether there is a goal, and it was not reached in this run."""
        match self.goal:
            case Goal.AT_MOST:
                return not self.ours <= self.peer
            case Goal.AT_LEAST:
                return not self.ours >= self.peer
            case Goal.TENTH:
                return not self.ratio <= 0.1
            case None:
                return False

    @property
    def ratio(self) -> float:
        if not self.peer:
            return math.inf if self.ours else 1.0
        return self.ours / self.peer

    def to_dict(self) -> dict[str, str | float | bool | None]:
        return {**asdict(self), "ratio": round(self.ratio, 3), "missed": self.missed}
