"""The colours of one check of presence, as the page shows them: one after the other, each once the last one was seen.

A pure state machine. The page says of each colour that it was painted, and how long that took after the page had heard
of it: what it takes to tell is the rest, and half of that is all by which the time of a colour can be wrong. The next
one is not even sent before a colour has stood its time, so that nothing that is late can make them flash.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from appliance.liveness.face.colour_sequence import DWELL_S, Colour, ColourSequence, next_colour
from appliance.liveness.face.screen_light import LEAST_COLOURS

ENOUGH = 8
"""Colours: as many as tell a face from a screen when nobody hides anything."""
PAINTED_WITHIN_S = 1.0
DARK_WITHIN_S = 2.5
"""A page that hears nothing more puts its light out by then (`DARK_AFTER_MS` in light.js)."""
MOST_TELLING_S = 0.3
"""To the page and back, without the painting. Half of it is well within a colour's time."""


@dataclass(frozen=True, slots=True)
class Light:
    """A colour that is to be on the screen now. `ticket`: what the page names it by, and nobody guesses."""

    ticket: str
    colour: Colour


@dataclass(frozen=True, slots=True)
class _Painted:
    colour: Colour
    starts_s: float
    told_s: float


class ColourShowing:
    """`chance`: `random.SystemRandom()`, but in tests. Times are of one clock, the frames' own."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._painted: list[_Painted] = []
        self._light: Light | None = None
        self._sent_s = 0.0
        self._waits = False
        self._ends_s: float | None = None
        self._refused = False
        self.is_lost = False
        """Whether it ended because the page did not answer as it should: it may go on showing the last colour."""

    @property
    def over(self) -> bool:
        return self._ends_s is not None

    def has_shown_enough(self, now_s: float) -> bool:
        return len(self._painted) >= ENOUGH and not self._waits and self._has_stood(now_s)

    def step(self, now_s: float) -> Light | None:
        """What is to be on the screen now; None once it is over."""
        if self.over:
            return None
        if self._waits:
            if now_s - self._sent_s > PAINTED_WITHIN_S:
                self.is_lost = True
                self._lose()
        elif self._has_stood(now_s):
            colour = next_colour(self._chance, self._light.colour if self._light is not None else None)
            self._light = Light(f"{self._chance.getrandbits(64):016x}", colour)
            self._sent_s, self._waits = now_s, True
        return self._light

    def painted(self, ticket: str, after_s: float, now_s: float) -> None:
        """The page has painted the colour, `after_s` after it had heard of it. Of another colour it counts for nothing;
        what cannot be so ends the showing."""
        if self.over or not self._waits or self._light is None or ticket != self._light.ticket:
            return
        telling_s = now_s - self._sent_s - after_s
        if not (math.isfinite(after_s) and after_s >= 0.0 and 0.0 <= telling_s <= MOST_TELLING_S):
            self.is_lost = True
            self._lose()
            return
        self._painted.append(_Painted(self._light.colour, self._sent_s + telling_s / 2.0 + after_s, now_s))
        self._waits = False

    def end(self, now_s: float) -> None:
        """The light goes out. What was being painted may have been seen, or not."""
        if self._waits:
            self._lose()
        elif not self.over:
            self._light, self._ends_s = None, now_s

    def refuse(self) -> None:
        """Somebody does not want to see them: nothing is concluded from what was shown."""
        self._refused = True
        self._lose()

    def shown(self) -> ColourSequence | None:
        """What was on the screen, as far as it is known; None where that is too little, or while it goes on."""
        if self._ends_s is None or self._refused or len(self._painted) < LEAST_COLOURS:
            return None
        return ColourSequence(
            tuple(each.colour for each in self._painted), tuple(each.starts_s for each in self._painted), self._ends_s
        )

    def _has_stood(self, now_s: float) -> bool:
        return not self._painted or now_s >= self._painted[-1].told_s + DWELL_S

    def _lose(self) -> None:
        """From when another colour was sent nobody knows what was on the screen."""
        if not self.over:
            self._light, self._waits, self._ends_s = None, False, self._sent_s
