"""How one impression has to be turned and shifted to lie upon another.

A place is a complex number, x + iy in pixels with y downwards, and a heading one of length 1: turning is multiplying.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.complex64]

_LEVER_PX: Final = 20.0
"""From how far apart on two places say as much about the turn as one heading does."""
_LEAST: Final = 1e-12


@dataclass(frozen=True)
class Motion:
    """`turn`: of length 1. `shift`: in pixels, after turning about the image's first pixel."""

    turn: complex
    shift: complex

    def __call__(self, places: Places) -> Places:
        return np.asarray(places * np.complex64(self.turn) + np.complex64(self.shift), np.complex64)

    @property
    def inverse(self) -> Motion:
        back = self.turn.conjugate()
        return Motion(back, -self.shift * back)

    @property
    def turn_deg(self) -> float:
        """Clockwise as seen, from -180 to 180."""
        return float(np.degrees(np.angle(self.turn)))


STILL: Final = Motion(1 + 0j, 0j)


def fitted(
    from_places: Places, from_headings: Places, to_places: Places, to_headings: Places, weights: NDArray[np.float32]
) -> Motion:
    """The rigid motion that takes k places and headings to k others with the least squared error, each weighed."""
    total = float(weights.sum())
    if total < _LEAST:
        return STILL
    shares = weights / total
    start, end = complex(shares @ from_places), complex(shares @ to_places)
    by_places = complex(shares @ (np.conj(from_places - start) * (to_places - end)))
    by_headings = complex(shares @ (np.conj(from_headings) * to_headings))
    turn = by_places / _LEVER_PX**2 + by_headings
    length = abs(turn)
    turn = turn / length if length > _LEAST else 1 + 0j
    return Motion(turn, end - turn * start)
