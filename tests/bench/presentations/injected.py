"""Films put in the camera's place: recorded once, recorded and repeated, or one picture that stands still."""

from __future__ import annotations

import random as chance
from dataclasses import replace

import numpy as np

from appliance.liveness.face.challenge import drawn
from appliance.liveness.face.frame import FaceFrame
from tests.bench.presentations.camera import RATE, compressed
from tests.bench.presentations.shown import Moment
from tests.bench.presentations.species import Person

_TURN_S = 1.25


class Injected:
    """`length_s`: of what was recorded; then it begins again, or runs backwards. Compressed a second time."""

    def __init__(self, seed: int, length_s: tuple[float, float]) -> None:
        random = self._random = np.random.default_rng([seed, 107])
        self.camera = _Program(random)
        self._person = Person(int(random.integers(2**31)))
        self._frames = max(1, round(float(random.uniform(*length_s)) * RATE))
        self._to_and_fro = self._frames > 1 and bool(random.random() < 0.3)
        self._asked = drawn(chance.Random(seed), 0.0).asked
        self._recorded: list[FaceFrame] = []
        self._quality = int(random.integers(70, 95))
        self._noise = float(random.choice([0.0, 0.0, 1.0, 2.0]))
        self._number = 0

    def show(self, moment: Moment) -> FaceFrame:
        number, self._number = self._number, self._number + 1
        lap, place = divmod(number, self._frames)
        frame = self._record(self._frames - 1 - place if self._to_and_fro and lap % 2 else place)
        pixels = frame.pixels
        if self._noise:
            noise = self._noise * self._random.standard_normal(pixels.shape, dtype=np.float32)
            pixels = np.clip(np.round(pixels + noise), 0, 255).astype(np.uint8)
        quality = int(np.clip(self._quality + self._random.integers(-4, 5), 50, 95))
        return replace(frame, pixels=compressed(pixels, quality), taken_s=moment.taken_s)

    def _record(self, place: int) -> FaceFrame:
        while len(self._recorded) <= place:
            passed_s = len(self._recorded) / RATE
            number = min(int(passed_s / _TURN_S), len(self._asked) - 1)
            then = Moment(passed_s, passed_s, self._asked[number], _TURN_S * number, lambda _: None)
            self._recorded.append(self._person.show(then))
        return self._recorded[place]


class _Program:
    """Counts its frames evenly, or shakes them as a camera would."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random, self._next_s = random, float(random.uniform(0.0, 100.0))
        self._jitter_s = float(random.choice([0.0, 0.0006]))

    def moment(self) -> float:
        taken_s = self._next_s + (float(self._random.normal(0.0, self._jitter_s)) if self._jitter_s else 0.0)
        self._next_s += 1.0 / RATE
        return taken_s


def replayed(seed: int) -> Injected:
    return Injected(seed, (20.0, 30.0))


def repeated(seed: int) -> Injected:
    return Injected(seed, (0.8, 2.0))


def frozen(seed: int) -> Injected:
    return Injected(seed, (0.0, 0.0))
