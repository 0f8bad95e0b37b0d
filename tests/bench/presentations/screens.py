"""Phones and tablets: they shine by themselves, in a grid of points, behind glass, inside a bezel."""

from __future__ import annotations

import random as chance
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.liveness.face.challenge import drawn
from drivers.contracts import Pixels
from tests.bench.presentations.shown import Moment, View, pictured
from tests.bench.presentations.species import Held, Person
from tests.bench.presentations.surface import Pose

Plane = NDArray[np.float32]
_FILM_UNIT_PX = 150.0
_UNSEEN = 0.002
"""A grid that is weaker than this is lost in eight bits."""
_TURN_S = 1.25
"""In a film somebody does what was asked of them then, so long apart."""


class Screen(Held):
    """`half`: what it reaches to, in half heads. `points`: of its grid to a half head. Half of them show a film."""

    def __init__(
        self, seed: int, half: Callable[[np.random.Generator], tuple[float, float]], points: tuple[float, float]
    ) -> None:
        self._layout, self._points_range = half, points
        super().__init__(seed)

    def _prepare(self, random: np.random.Generator) -> None:
        self._half = self._layout(random)
        self.picture = self._subject.picture
        self.reflects = float(random.uniform(0.02, 0.12))
        self._shines = float(random.uniform(0.85, 1.25))
        self.margin = (float(random.uniform(0.04, 0.20)), int(random.integers(6, 30)))
        self._points = float(random.uniform(*self._points_range))
        self._beats = float(random.uniform(0.2, 0.5))
        self._fill = float(random.uniform(0.5, 0.9))
        self._glare = (
            float(random.uniform(-1.2, 1.2)),
            float(random.uniform(-1.5, 1.0)),
            float(random.uniform(0.1, 0.35)),
        )
        self._glares = float(random.uniform(30.0, 255.0)) if random.random() < 0.6 else 0.0
        self._bands = (
            float(random.uniform(0.0, 0.03)),
            float(random.uniform(0.5, 3.0)),
            float(random.uniform(-30, 30)),
        )
        self._random_phase = float(random.uniform(0, 6))
        self._film = Film(int(random.integers(2**31))) if random.random() < 0.5 else None
        if self._film is not None:
            self._subject = self._film.person._subject

    def content(self, x: Plane, y: Plane, moment: Moment) -> Pixels:
        if self._film is None:
            light = super().content(x, y, moment)
        else:
            light = np.asarray(pictured(self._film.at(moment.passed_s), _FILM_UNIT_PX, Film.MIDDLE_PX, x, y), np.uint8)
        # The grid, as far as the lens and the width of a sensor's point leave of it; sampled where it is seen.
        phase = 2.0 * np.pi * self._points
        footprint = self._points / self._view.unit_px
        left_over = abs(float(np.sinc(footprint * self._fill))) * float(np.exp(-2.0 * (np.pi * 0.28 * footprint) ** 2))
        depth = self._beats * left_over
        amount, periods, speed = self._bands
        bands = 1.0 + amount * np.sin(2 * np.pi * periods * y + speed * moment.passed_s + self._random_phase)
        if depth < _UNSEEN:
            shining = np.repeat(bands[..., None] * self._shines, 3, axis=2)
        else:
            grid = np.stack([np.cos(phase * x + 2.0 * np.pi * i / 3.0) for i in range(3)], axis=-1)
            grid += 0.6 * np.cos(phase * y)[..., None]
            shining = bands[..., None] * self._shines * (1.0 + depth * grid)
        return np.asarray(cv2.multiply(light, shining.astype(np.float32), dtype=cv2.CV_8U), np.uint8)

    def over(self, scene: Pixels, x: Plane, y: Plane, pose: Pose) -> Pixels:
        """A lamp mirrored in the glass, that wanders as it is tilted."""
        if not self._glares:
            return scene
        at_x, at_y, wide = self._glare
        across = np.square((x - (at_x + 0.05 * pose.yaw_deg)) / wide)
        down = np.square((y - (at_y + 0.05 * pose.pitch_deg)) / (0.4 * wide))
        lamp = (self._glares * np.exp(-np.square(across) - np.square(down))).astype(np.uint8)
        return np.asarray(cv2.add(scene, cv2.merge([lamp] * 3)), np.uint8)

    def doing(self, moment: Moment) -> tuple[float, float]:
        if self._film is None:
            return 0.0, 0.0
        return self._film.person.conduct.blink(moment.passed_s), self._film.person.conduct.smile(moment.passed_s)

    def landmarks(self, moment: Moment) -> Plane:
        if self._film is None:
            return super().landmarks(moment)
        return self._film.landmarks


class Film:
    """Somebody filmed earlier, answering other questions."""

    MIDDLE_PX = (640.0, 331.0)

    def __init__(self, seed: int) -> None:
        self.person = Person(seed, unit_px=_FILM_UNIT_PX)
        self._asked = drawn(chance.Random(seed), 0.0).asked
        self.landmarks: Plane = np.empty((0, 2), np.float32)

    def at(self, passed_s: float) -> Pixels:
        """The picture at a moment, and with it the landmarks in half heads."""
        number = min(int(passed_s / _TURN_S), len(self._asked) - 1)
        moment = Moment(passed_s, passed_s, self._asked[number], _TURN_S * number, lambda _: None)
        view = View(_FILM_UNIT_PX, *self.MIDDLE_PX)
        scene, seen, _ = self.person.scene(moment, view)
        self.landmarks = np.stack(seen, axis=1)
        return np.asarray(cv2.GaussianBlur(scene, (0, 0), 0.7), np.uint8)


def phone(seed: int) -> Screen:
    """Some 70 mm by 150 mm, 400 to 460 points an inch: a half head is some 110 mm, or smaller on a small screen."""
    return Screen(
        seed, lambda random: (float(random.uniform(0.80, 1.05)), float(random.uniform(1.5, 2.0))), (900.0, 1700.0)
    )


def tablet(seed: int) -> Screen:
    """220 to 290 points an inch; upright or on its side, larger than the portrait."""
    return Screen(
        seed, lambda random: (float(random.uniform(1.3, 2.0)), float(random.uniform(1.4, 2.0))), (450.0, 1200.0)
    )
