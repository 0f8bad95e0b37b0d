"""How somebody moves before a camera, and answers what is asked of them; all from one seed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from appliance.liveness.face.challenge import Action
from tests.bench.presentations.surface import Pose


class Sway:
    """Leaves its middle and is drawn back to it (Ornstein and Uhlenbeck)."""

    def __init__(self, random: np.random.Generator, size: float, slow_s: float) -> None:
        self._random, self._size, self._slow_s = random, size, slow_s
        self._value, self._speed, self._at_s = float(random.normal(0.0, size)), 0.0, 0.0

    def at(self, time_s: float) -> float:
        """At times that only grow. The speed is what is pushed, so that it moves smoothly."""
        passed = max(0.0, time_s - self._at_s)
        self._at_s = time_s
        rate = 2.0 / self._slow_s
        push = self._size * rate**1.5 * 2.0 * math.sqrt(passed) * float(self._random.normal())
        self._speed += (-2.0 * rate * self._speed - rate**2 * self._value) * passed + push
        self._value += self._speed * passed
        return self._value


@dataclass
class Answer:
    """One movement: begun some time after it was asked for, there for a while, and back."""

    action: Action
    starts_s: float
    rise_s: float
    stay_s: float
    size: float

    def at(self, time_s: float) -> float:
        since = time_s - self.starts_s
        if since <= 0.0 or since >= 2.0 * self.rise_s + self.stay_s:
            return 0.0
        edge = min(since, 2.0 * self.rise_s + self.stay_s - since)
        return self.size * 0.5 * (1.0 - math.cos(math.pi * min(1.0, edge / self.rise_s)))


@dataclass
class Conduct:
    """`able`: what this presenter can do when asked. `jitter`: half heads and degrees that they never hold still by."""

    random: np.random.Generator
    able: frozenset[Action]
    move: float
    turn_deg: float
    willing: float = 1.0
    answers: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._sways = [Sway(self.random, size, slow) for size, slow in self._sizes()]
        self._asked: tuple[Action | None, float] = (None, -1.0)
        self._blink_s = float(self.random.uniform(1.0, 6.0))

    def hear(self, asked: Action | None, since_s: float, now_s: float) -> None:
        """What is asked for; heard once."""
        if asked is None or (asked, since_s) == self._asked:
            return
        self._asked = (asked, since_s)
        if asked not in self.able or self.random.random() > self.willing:
            return
        turn = asked in (Action.TURN_LEFT, Action.TURN_RIGHT)
        size = float(self.random.uniform(19.0, 32.0)) if turn else float(self.random.uniform(0.8, 1.0))
        if asked is Action.TURN_RIGHT:
            size = -size
        rise_s = self.random.uniform(0.30, 0.50) if turn else self.random.uniform(0.08, 0.2)
        stay_s = self.random.uniform(0.15, 0.35) if turn else self.random.uniform(0.10, 0.3)
        # Who still moves, ends that first.
        free_s = max([now_s, *(each.starts_s + 2 * each.rise_s + each.stay_s for each in self.answers)])
        starts_s = max(now_s + float(self.random.uniform(0.30, 0.70)), free_s)
        self.answers.append(Answer(asked, starts_s, float(rise_s), float(stay_s), size))

    def pose(self, time_s: float) -> Pose:
        yaw, pitch, roll, x, y, nearer = (each.at(time_s) for each in self._sways)
        turned = sum(each.at(time_s) for each in self.answers if each.action in (Action.TURN_LEFT, Action.TURN_RIGHT))
        return Pose(yaw + turned, pitch + 0.1 * abs(turned), roll, x, y, nearer)

    def blink(self, time_s: float) -> float:
        """Asked for, or now and then by itself."""
        own = Answer(Action.BLINK, self._blink_s, 0.08, 0.05, 1.0).at(time_s) if Action.BLINK in self.able else 0.0
        return max([own, *(each.at(time_s) for each in self.answers if each.action is Action.BLINK)])

    def smile(self, time_s: float) -> float:
        return max([0.0, *(each.at(time_s) for each in self.answers if each.action is Action.SMILE)])

    def _sizes(self) -> list[tuple[float, float]]:
        m, t = self.move, self.turn_deg
        return [(t, 1.2), (0.7 * t, 1.2), (0.5 * t, 1.5), (m, 1.2), (0.7 * m, 1.2), (m, 2.0)]
