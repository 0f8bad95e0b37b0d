"""Which hand a slap is of and which of its fingers are there, as far as their shape says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal

import numpy as np

from appliance.fingerprint.hand_shape import LITTLE, Tip, log_likelihood, mirrored

Side = Literal["right", "left"]
FOUR: Final = tuple(range(LITTLE + 1))
_DOUBT: Final = 1.3
"""By which the evidence is divided: no drawn or measured hand is all hands."""


@dataclass(frozen=True)
class Reading:
    """`fingers`: for each tip from left to right, its number (0 the index, 3 the little finger). `right_probability`:
    that the hand is a right one, all ways to read the tips considered. `fit`: the best reading's, for comparisons."""

    side: Side
    fingers: tuple[int, ...]
    right_probability: float
    fit: float

    @property
    def confidence(self) -> float:
        """That the side is the one told: from 0.5 to 1."""
        return max(self.right_probability, 1 - self.right_probability)


def read_hand(tips: Sequence[Tip], present: Sequence[int] = FOUR, only: Side | None = None) -> Reading | None:
    """Of one to four tips from left to right; `present`: the numbers of the fingers that the person has and that are
    asked for. None for no tips or more than can be."""
    if not 0 < len(tips) <= len(present):
        return None
    ways: list[tuple[float, Side, tuple[int, ...]]] = []
    other = mirrored(tips)
    for fingers in combinations(sorted(present), len(tips)):
        if only != "left":
            ways.append((log_likelihood(tips, fingers), "right", fingers))
        if only != "right":
            ways.append((log_likelihood(other, fingers), "left", fingers[::-1]))
    fit, side, fingers = max(ways)
    weights = np.exp((np.array([way[0] for way in ways]) - fit) / _DOUBT)
    right = float(weights[[way[1] == "right" for way in ways]].sum() / weights.sum())
    return Reading(side, fingers, right, fit)
