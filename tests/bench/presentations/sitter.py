"""A person who sits down before the counter's camera and follows its guidance, as the camera sees them.

Simulated: a portrait, drawn or recorded, over a generic head's depth, that sways, blinks and moves as `guided` says,
before its own wall, which moves along.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from appliance.liveness.face.challenge import Action
from drivers.contracts import Pixels
from tests.bench.presentations.camera import HEIGHT_PX, WIDTH_PX
from tests.bench.presentations.conduct import Conduct
from tests.bench.presentations.guided import Guided
from tests.bench.presentations.shown import Moment, View
from tests.bench.presentations.species import Person
from tests.bench.presentations.subject import Gallery, drawn
from tests.bench.presentations.surface import Pose

_UNIT_PX: Final = 255.0
"""A half head at the seat's usual distance, for which a counter's camera is set up: eyes some 140 pixels apart, midway
between too far for the live profile and too near for its head to fit."""


class Sitter:
    """From one seed; `guided` hears the instructions. Moments only grow."""

    def __init__(self, seed: int, gallery: Gallery = drawn) -> None:
        random = np.random.default_rng([seed, 107])
        self.guided = Guided(random)
        self._person = Person(seed, gallery)
        self._person.conduct = _Swaying(random, self.guided)

    def seen(self, now_s: float) -> Pixels:
        """(720, 1280, 3) uint8."""
        posture, person = self.guided.at(now_s), self._person
        unit_px = _UNIT_PX * posture.size
        shake_x, shake_y = person.camera.shake_px()
        view = View(
            unit_px,
            WIDTH_PX / 2 + posture.x * _UNIT_PX + shake_x,
            HEIGHT_PX * 0.48 + posture.y * _UNIT_PX + shake_y,
        )
        scene, *_ = person.scene(Moment(now_s, now_s, None, 0.0, lambda _s: None), view)
        return person.camera.expose(scene, now_s)


class _Swaying(Conduct):
    """What nobody holds still by, and the guided posture under it."""

    def __init__(self, random: np.random.Generator, guided: Guided) -> None:
        super().__init__(
            random, frozenset({Action.BLINK}), float(random.uniform(0.008, 0.03)), float(random.uniform(0.8, 2.0))
        )
        self._guided = guided

    def pose(self, time_s: float) -> Pose:
        sway, posture = super().pose(time_s), self._guided.at(time_s)
        return Pose(
            sway.yaw_deg + posture.yaw_deg,
            sway.pitch_deg + posture.pitch_deg,
            sway.roll_deg + posture.roll_deg,
            sway.x,
            sway.y,
            sway.nearer,
        )
