"""One line of the benchmark's table: a figure of ours, what it is held against, and their ratio."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """`peer` is another program's figure taken in the same run, or our own goal; `ratio` is ours divided by it.

    Where both are nothing it is 1.
    """

    measure: str
    ours: float
    unit: str
    against: str
    peer: float

    @property
    def ratio(self) -> float:
        if not self.peer:
            return math.inf if self.ours else 1.0
        return self.ours / self.peer

    def to_dict(self) -> dict[str, str | float]:
        return {**asdict(self), "ratio": round(self.ratio, 3)}
