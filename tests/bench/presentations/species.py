"""Who presents: a person, or somebody with a print or a screen. Each gives a frame for a moment."""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.liveness.face.challenge import Action
from appliance.liveness.face.frame import FaceFrame
from drivers.contracts import Pixels
from tests.bench.presentations.camera import HEIGHT_PX, WIDTH_PX, Camera, compressed, lit, mixed, times
from tests.bench.presentations.conduct import Conduct
from tests.bench.presentations.room import room
from tests.bench.presentations.shown import Moment, View, as_frame, pictured, with_face_moved
from tests.bench.presentations.subject import Subject, drawn_subject, relief
from tests.bench.presentations.surface import Pose, Surface, surface

Plane = NDArray[np.float32]
PERSONS = 16
"""Portraits are drawn from so many: drawing one takes longer than showing it."""
_BEHIND = 0.25
"""Of the screen's light on the face, what falls on the wall."""


class Presenter(Protocol):
    def show(self, moment: Moment) -> FaceFrame: ...


class Person:
    """A head with depth that turns, blinks and smiles before a wall."""

    def __init__(self, seed: int, able: frozenset[Action] = frozenset(Action), unit_px: float | None = None) -> None:
        random = self._random = np.random.default_rng([seed, 101])
        self._subject = subject = drawn_subject(int(random.integers(PERSONS)))
        self.camera = Camera(random)
        self.conduct = Conduct(random, able, random.uniform(0.008, 0.03), random.uniform(0.8, 2.5), willing=0.99)
        unit = unit_px or float(random.uniform(145.0, 215.0))
        self._view = View(
            unit, WIDTH_PX / 2 + float(random.uniform(-60, 60)), HEIGHT_PX * 0.46 + float(random.uniform(-25, 25))
        )
        self._body = head(subject, float(random.uniform(4.5, 8.0)), float(random.uniform(0.8, 1.15)))
        person = subject.person[..., None]
        behind = room(random, *subject.picture.shape[:2])
        self._picture = np.clip(person * subject.picture + (1.0 - person) * behind, 0, 255).astype(np.uint8)

    def show(self, moment: Moment) -> FaceFrame:
        shake_x, shake_y = self.camera.shake_px()
        view = View(self._view.unit_px, self._view.x_px + shake_x, self._view.y_px + shake_y)
        scene, seen, doing = self.scene(moment, view)
        pixels = self.camera.expose(scene, moment.passed_s)
        return as_frame(pixels, moment.taken_s, seen, view, doing, self._random)

    def scene(self, moment: Moment, view: View) -> tuple[Pixels, tuple[Plane, Plane], tuple[float, float]]:
        """The light before the lens, the landmarks, and what the face does."""
        now_s, subject = moment.passed_s, self._subject
        self.conduct.hear(moment.asked, moment.asked_since_s, now_s)
        pose, doing = self.conduct.pose(now_s), (self.conduct.blink(now_s), self.conduct.smile(now_s))
        gain = lit(moment.colour(now_s - self.camera.light.lag_s), self.camera.light.strength)
        to_frame = np.asarray([[1 / subject.unit_px, 0, 0], [0, 1 / subject.unit_px, 0]], np.float64) * view.unit_px
        to_frame[:, 2] = (view.x_px, view.y_px) - to_frame[:, :2] @ np.asarray(subject.middle_px)
        size = (WIDTH_PX, HEIGHT_PX)
        scene = np.asarray(cv2.warpAffine(self._picture, to_frame, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)
        left, top, right, bottom = view.part(1.65, 1.75, HEIGHT_PX, WIDTH_PX)
        places = view.places(left, top, right, bottom)
        x, y = self._body.backward(*places, pose)
        x, y = with_face_moved(x, y, subject, *doing)
        scene[top:bottom, left:right] = pictured(self._picture, subject.unit_px, subject.middle_px, x, y)
        if (gain != 1.0).any():
            warped = cv2.warpAffine(subject.person, to_frame, size, borderMode=cv2.BORDER_REPLICATE)
            lit_person = np.asarray(warped, np.float32)
            lit_person[top:bottom, left:right] = pictured(subject.person, subject.unit_px, subject.middle_px, x, y)
            scene = mixed(times(scene, gain), times(scene, 1.0 + _BEHIND * (gain - 1.0)), lit_person)
        marks = subject.landmarks
        return scene, self._body.forward(marks[:, 0], marks[:, 1], pose), doing


def head(subject: Subject, distance: float, deep: float) -> Surface:
    def hold(x: Plane, y: Plane) -> Plane:
        reach = np.sqrt((x / 1.02) ** 2 + ((y + 0.05) / 1.12) ** 2)
        return np.asarray(1.0 / (1.0 + np.exp((reach - 1.30) / 0.07)), np.float32)

    return surface(lambda x, y: deep * relief(x, y, subject.head_width), hold, 0.35, distance)


class Held:
    """A flat or bent thing with a portrait on it, held in hands before a room, and tilted when a turn is asked for."""

    def __init__(self, seed: int, *, bent: bool = False, able: frozenset[Action] = frozenset()) -> None:
        random = self._random = np.random.default_rng([seed, 103])
        self._subject = drawn_subject(int(random.integers(PERSONS)))
        self.camera = Camera(random)
        turns = frozenset({Action.TURN_LEFT, Action.TURN_RIGHT})
        self.conduct = Conduct(random, turns | able, random.uniform(0.01, 0.05), random.uniform(1.0, 4.0), willing=0.85)
        self._view = View(
            float(random.uniform(125.0, 205.0)), WIDTH_PX / 2 + float(random.uniform(-60, 60)),
            HEIGHT_PX * 0.48 + float(random.uniform(-25, 25)),
        )  # fmt: skip
        self._bend = float(random.uniform(0.08, 0.30)) if bent else 0.0
        self._half = (float(random.uniform(0.95, 1.35)), float(random.uniform(1.2, 1.6)))
        self._thing = surface(self._depth, lambda x, y: np.ones_like(x), 0.0, float(random.uniform(3.5, 7.0)))
        self._room = np.clip(room(random, HEIGHT_PX, WIDTH_PX), 0, 255).astype(np.uint8)
        self.reflects = 1.0
        self._prepare(random)

    def _depth(self, x: Plane, y: Plane) -> Plane:
        """Bent about an upright axis, its middle to the front."""
        return np.asarray(self._bend * np.cos(np.clip(x / 1.4, -1.0, 1.0) * np.pi / 2), np.float32)

    def _prepare(self, random: np.random.Generator) -> None:
        """Paper: a printer's few colours, its points, less contrast, a white margin."""
        blurred = cv2.GaussianBlur(self._subject.picture, (0, 0), float(random.uniform(0.5, 1.6)))
        picture = compressed(np.asarray(blurred, np.uint8), int(random.integers(60, 95)))
        printed = 128.0 + (picture.astype(np.float32) - 128.0) * random.uniform(0.7, 0.95) + random.uniform(-12, 14)
        points = random.standard_normal(picture.shape[:2]).astype(np.float32)[..., None]
        self.picture = np.clip(printed + random.uniform(1.0, 5.0) * points, 8, 250).astype(np.uint8)
        self.margin = (float(random.choice([0.0, 0.06, 0.15])), 236)

    def content(self, x: Plane, y: Plane, moment: Moment) -> Pixels:
        """The portrait at places on the thing."""
        return np.asarray(pictured(self.picture, self._subject.unit_px, self._subject.middle_px, x, y), np.uint8)

    def over(self, scene: Pixels, x: Plane, y: Plane, pose: Pose) -> Pixels:
        """What lies over the thing's light: nothing on paper."""
        return scene

    def doing(self, moment: Moment) -> tuple[float, float]:
        """What the face on it does: nothing."""
        return 0.0, 0.0

    def landmarks(self, moment: Moment) -> Plane:
        """Where the face's landmarks lie on the thing."""
        return self._subject.landmarks

    def show(self, moment: Moment) -> FaceFrame:
        self.conduct.hear(moment.asked, moment.asked_since_s, moment.passed_s)
        pose = self.conduct.pose(moment.passed_s)
        shake_x, shake_y = self.camera.shake_px()
        view = View(self._view.unit_px, self._view.x_px + shake_x, self._view.y_px + shake_y)
        colour = moment.colour(moment.passed_s - self.camera.light.lag_s)
        strength = self.camera.light.strength
        scene = times(self._room, lit(colour, _BEHIND * strength))
        left, top, right, bottom = view.part(self._half[0] * 1.5 + 0.3, self._half[1] * 1.4 + 0.3, HEIGHT_PX, WIDTH_PX)
        x, y = self._thing.backward(*view.places(left, top, right, bottom), pose)
        beyond = np.maximum(np.abs(x) - self._half[0], np.abs(y) - self._half[1])
        thing = times(self.content(x, y, moment), lit(colour, strength * self.reflects))
        wide, margin = self.margin
        if wide:
            thing[beyond > -wide] = np.clip(margin * lit(colour, strength), 0, 255)
        thing = self.over(thing, x, y, pose)
        alpha = np.asarray(np.clip(0.5 - beyond * (view.unit_px / 1.5), 0.0, 1.0), np.float32)
        scene[top:bottom, left:right] = mixed(thing, np.ascontiguousarray(scene[top:bottom, left:right]), alpha)
        places = self.landmarks(moment)
        seen = self._thing.forward(places[:, 0], places[:, 1], pose)
        pixels = self.camera.expose(scene, moment.passed_s)
        return as_frame(pixels, moment.taken_s, seen, view, self.doing(moment), self._random)


class CutOutEyes(Held):
    """A print with holes for the eyes, and living eyes behind it: they blink when asked."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, able=frozenset({Action.BLINK}))
        self._behind = drawn_subject((seed * 7 + 3) % PERSONS)

    def content(self, x: Plane, y: Plane, moment: Moment) -> Pixels:
        print_ = super().content(x, y, moment)
        subject, living = self._subject, self._behind
        skin_x, skin_y = with_face_moved(x.copy(), y.copy(), living, self.conduct.blink(moment.passed_s), 0.0)
        eyes = pictured(living.picture, living.unit_px, living.middle_px, skin_x, skin_y)
        hole = np.zeros(x.shape, np.float32)
        for eye_x, eye_y in subject.eyes:
            reach = np.sqrt(((x - eye_x) / 0.17) ** 2 + ((y - eye_y) / 0.085) ** 2)
            hole = np.maximum(hole, np.clip((1.0 - reach) / 0.08 + 0.5, 0.0, 1.0))
        return mixed(times(eyes, (0.85, 0.85, 0.85)), print_, hole)

    def doing(self, moment: Moment) -> tuple[float, float]:
        return self.conduct.blink(moment.passed_s), 0.0
