"""How somebody follows what the screen tells them: late, by about so much, and again while it still says so.

They know nothing but the one instruction that stands there: neither how far they are off nor when it is enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

REACTION_S: Final = (0.4, 0.8)
"""From the instruction on the screen to the beginning of the movement."""
LOOK_S: Final = (0.25, 0.5)
"""From a movement's end to the next one where the same instruction still stands."""
LASTS_S: Final = (0.35, 0.70)
_SITTING_DOWN_S: Final = (0.7, 1.1)
_FROM_ABOVE: Final = 1.5
_TURN_DEG: Final = (3.0, 8.0)
_SHIFT: Final = (0.25, 0.70)
"""Half heads: three to eight centimetres."""
_NEARER: Final = (1.08, 1.25)
_STRAIGHTER: Final = (0.6, 1.0)
_OFF: Final = 0.6
"""The share of people who are off in each of the ways."""


@dataclass(frozen=True, slots=True)
class Posture:
    """Degrees and half heads, x to the picture's right and y down, yaw to the person's own left, pitch upwards;
    `size`: of the head in the picture, for the one at the seat's usual distance."""

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    x: float = 0.0
    y: float = 0.0
    size: float = 1.0


@dataclass(frozen=True, slots=True)
class _Movement:
    """Begun and ended without a jolt (minimum jerk, Flash and Hogan 1985)."""

    of: str
    by: float
    starts_s: float
    lasts_s: float

    def at(self, now_s: float) -> float:
        t = min(1.0, max(0.0, (now_s - self.starts_s) / self.lasts_s))
        return self.by * t**3 * (10.0 - 15.0 * t + 6.0 * t**2)


_DIRECTIONS: Final[Mapping[str, tuple[str, float]]] = {
    "turn-left": ("yaw_deg", 1.0),
    "turn-right": ("yaw_deg", -1.0),
    "chin-up": ("pitch_deg", 1.0),
    "chin-down": ("pitch_deg", -1.0),
    # The camera's picture is no mirror: whose own left it is, moves to the picture's right.
    "move-left": ("x", 1.0),
    "move-right": ("x", -1.0),
    "move-down": ("y", 1.0),
    "move-up": ("y", -1.0),
    "closer": ("size", 1.0),
    "face-too-small": ("size", 1.0),
    "further": ("size", -1.0),
    "head-tilted": ("roll_deg", 0.0),
}
"""By instruction, what is moved and which way. Others tell a person nothing to move: they wait."""


class Guided:
    """One person from the moment they begin to sit down, at 0 s. Times only grow."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._start = _sitting(random)
        self._movements = [_Movement("y", _FROM_ABOVE, 0.0, float(random.uniform(*_SITTING_DOWN_S)))]
        self._told = ""
        self._acts_s: float | None = None
        self.told: list[str] = []
        """Each instruction in turn, as it changed."""

    def hear(self, code: str, now_s: float) -> None:
        """What stands on the screen from now on."""
        if code == self._told:
            return
        self._told = code
        self.told.append(code)
        self._acts_s = None
        if code in _DIRECTIONS:
            seated_s = self._movements[0].starts_s + self._movements[0].lasts_s
            self._acts_s = max(now_s, seated_s) + float(self._random.uniform(*REACTION_S))

    def at(self, now_s: float) -> Posture:
        while self._acts_s is not None and self._acts_s <= now_s:
            lasts_s = float(self._random.uniform(*LASTS_S))
            self._movements.append(self._movement(self._acts_s, lasts_s))
            self._acts_s += lasts_s + float(self._random.uniform(*LOOK_S))
        return self._posture(now_s)

    def _posture(self, now_s: float) -> Posture:
        found = {name: getattr(self._start, name) for name in ("yaw_deg", "pitch_deg", "roll_deg", "x", "y", "size")}
        for each in self._movements:
            found[each.of] += each.at(now_s)
        return replace(self._start, **found)

    def _movement(self, starts_s: float, lasts_s: float) -> _Movement:
        of, way = _DIRECTIONS[self._told]
        now = self._posture(starts_s)
        match of:
            case "size":
                by = now.size * (float(self._random.uniform(*_NEARER)) ** way - 1.0)
            case "roll_deg":
                by = -now.roll_deg * float(self._random.uniform(*_STRAIGHTER))
            case "x" | "y":
                by = way * float(self._random.uniform(*_SHIFT))
            case _:
                by = way * float(self._random.uniform(*_TURN_DEG))
        return _Movement(of, by, starts_s, lasts_s)


def _sitting(random: np.random.Generator) -> Posture:
    """Off in some of the ways, or in none; still above the seat."""

    def off(most: float) -> float:
        return float(random.uniform(-most, most)) if random.random() < _OFF else float(random.normal(0.0, 0.1 * most))

    # Rather too far away than too near, for a counter is in between: from 60 to 110 cm where 70 are usual.
    size = float(random.uniform(0.64, 1.16)) if random.random() < _OFF else float(random.normal(1.0, 0.03))
    return Posture(off(18.0), off(14.0), off(14.0), off(1.8), off(0.5) - _FROM_ABOVE, size)
