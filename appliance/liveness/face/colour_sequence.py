"""The colours that the kiosk's screen shows, one after the other: drawn by chance, and never flashing.

WCAG 2.3.1 (three flashes or below threshold): a flash is a pair of opposing changes, and more than three in any second
are not allowed; nor are changes to and from saturated red. Here every change counts as half a flash, whichever way it
goes, and there have to be fewer than three flashes; no colour is a saturated red.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise

from appliance.errors import UsageError

DWELL_S = 0.45
MOST_CHANGES_A_SECOND = 5
"""Fewer than three flashes of two changes each."""
_SATURATED_RED = 0.8
"""WCAG 2.2, definition of red flash: R / (R + G + B) of the linear colour."""

Colour = tuple[int, int, int]

COLOURS: tuple[Colour, ...] = (
    (255, 120, 120),
    (120, 255, 120),
    (120, 120, 255),
    (255, 255, 120),
    (120, 255, 255),
    (255, 120, 255),
)
"""R, G, B. Pale, so that they are alike in brightness and none is a saturated red."""


@dataclass(frozen=True, slots=True)
class ColourSequence:
    """`colours[i]` is shown from `starts_s[i]` on, the last until `ends_s`; on the clock that frames are taken by.

    Raises `UsageError` (`screen-light-flashes`) for what must not be shown to anybody, however it was made.
    """

    colours: tuple[Colour, ...]
    starts_s: tuple[float, ...]
    ends_s: float

    def __post_init__(self) -> None:
        if flashes(self.colours, self.starts_s):
            raise UsageError(
                "These colours would flash three times a second or more, or in red.", code="screen-light-flashes"
            )

    def at(self, time_s: float) -> Colour | None:
        """What is shown at a time; None before and after."""
        if not self.colours or not self.starts_s[0] <= time_s < self.ends_s:
            return None
        return self.colours[sum(start <= time_s for start in self.starts_s) - 1]


def drawn(chance: random.Random, count: int, starts_s: float, dwell_s: float = DWELL_S) -> ColourSequence:
    """`count` colours, no two in a row the same. `chance`: `random.SystemRandom()`, but in tests."""
    colours: list[Colour] = []
    for _ in range(count):
        colours.append(next_colour(chance, colours[-1] if colours else None))
    starts = tuple(starts_s + dwell_s * i for i in range(count))
    return ColourSequence(tuple(colours), starts, starts_s + dwell_s * count)


def next_colour(chance: random.Random, before: Colour | None) -> Colour:
    """Any but the one `before`."""
    return chance.choice([colour for colour in COLOURS if colour != before])


def flashes(colours: tuple[Colour, ...], starts_s: tuple[float, ...]) -> bool:
    """Whether these might flash three times in some second, or in red; also where the times are not in order."""
    if len(colours) != len(starts_s) or any(not later > start for start, later in pairwise(starts_s)):
        return True
    crowded = any(sum(start <= other < start + 1.0 for other in starts_s) > MOST_CHANGES_A_SECOND for start in starts_s)
    return crowded or any(_red(colour) for colour in colours)


def _red(colour: Colour) -> bool:
    red, green, blue = (_linear(value / 255.0) for value in colour)
    return red > 0 and red / (red + green + blue) >= _SATURATED_RED


def _linear(value: float) -> float:
    """IEC 61966-2-1, sRGB."""
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
