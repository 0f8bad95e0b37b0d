"""Which hand a slap is of and which of its fingers are there, as far as their shape says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.hand_shape import LITTLE, Tips, log_likelihood

Side = Literal["right", "left"]
FOUR: Final = tuple(range(LITTLE + 1))
SURE: Final = 0.95
"""From which probability on a hand is taken to be the other one than was asked for."""
_DOUBT: Final = 1.6
"""By which the evidence is divided: hands differ in more ways than are counted here."""


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


def read_hand(tips: Tips, present: Sequence[int] = FOUR, only: Side | None = None) -> list[Reading]:
    """Of n sets of one to four tips, a reading each. `present`: the numbers of the fingers that the person has and
    that are asked for, at least as many as tips. `only`: the side where it is known."""
    count, width = tips.across_mm.shape
    ways = np.array(list(combinations(sorted(present), width)), np.intp)
    fits = np.full((count, 2, len(ways)), -np.inf)
    for side, seen in enumerate((tips, tips.mirrored())):
        if only != ("left", "right")[side]:
            every = Tips(*(np.repeat(of, len(ways), axis=0) for of in vars(seen).values()))
            fits[:, side] = log_likelihood(every, np.tile(ways, (count, 1))).reshape(count, -1)
    return [_reading(of, ways) for of in fits]


def _reading(fits: NDArray[np.float64], ways: NDArray[np.intp]) -> Reading:
    side, way = np.unravel_index(int(fits.argmax()), fits.shape)
    weights = np.exp((fits - fits.max()) / _DOUBT)
    fingers = tuple(int(number) for number in ways[way])
    right = float(weights[0].sum() / weights.sum())
    return Reading("left" if side else "right", fingers[::-1] if side else fingers, right, float(fits.max()))
