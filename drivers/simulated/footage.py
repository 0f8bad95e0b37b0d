"""What a simulated camera sees: a recorded picture, a film, or a drawn person who cannot sit quite still."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Protocol

import numpy as np

from drivers.contracts import Pixels
from drivers.simulated.drawn.face import draw_face
from drivers.simulated.options import read_scene, unreadable_scene
from drivers.transport.picture_file import PictureRefused, as_colour
from drivers.transport.video_file import VideoFile, looks_like_film

FRAME_HEIGHT_PX, FRAME_WIDTH_PX = 720, 1280
SWAY_PX = 6
BREATH_S = 3.7
HEAD_SHARE, CHIN_UP = 0.62, 0.08
"""As somebody sits who was asked to come near and to hold the chin up: within a portrait's limits."""


class Footage(Protocol):
    def at(self, elapsed_s: float) -> Pixels:
        """(H, W, 3) uint8; moments must not go backwards. Raises SceneInvalid."""
        ...

    def close(self) -> None: ...


class StillFootage:
    """A recorded picture stays as it is: nothing is made up around a real image."""

    def __init__(self, path: Path) -> None:
        self._picture = as_colour(read_scene(path))

    def at(self, elapsed_s: float) -> Pixels:
        return self._picture

    def close(self) -> None:
        pass


class FilmFootage:
    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._film = VideoFile(path)
        except PictureRefused as refused:
            raise unreadable_scene(path, refused) from None

    def at(self, elapsed_s: float) -> Pixels:
        try:
            return self._film.at(elapsed_s)
        except PictureRefused as refused:
            raise unreadable_scene(self._path, refused) from None

    def close(self) -> None:
        self._film.close()


class DrawnFootage:
    """The drawn person breathes and sways by a few pixels, and the sensor has noise."""

    def __init__(self, seed: int, turn: int) -> None:
        height, width = FRAME_HEIGHT_PX + 2 * SWAY_PX, FRAME_WIDTH_PX + 2 * SWAY_PX
        self._canvas = draw_face(seed, height, width, head_share=HEAD_SHARE, chin_up=CHIN_UP)
        self._random = np.random.default_rng([seed, turn])
        self._phase = float(self._random.uniform(0.0, math.tau))
        noise = self._random.normal(0.0, 1.6, (2 * FRAME_HEIGHT_PX, FRAME_WIDTH_PX + 64, 1))
        self._noise = np.round(noise).astype(np.int16)

    def at(self, elapsed_s: float) -> Pixels:
        angle = self._phase + elapsed_s * math.tau / BREATH_S
        down, right = round(SWAY_PX * (1 + 0.6 * math.sin(angle))), round(SWAY_PX * (1 + 0.5 * math.sin(0.6 * angle)))
        view = self._canvas[down : down + FRAME_HEIGHT_PX, right : right + FRAME_WIDTH_PX]
        row, column = (int(self._random.integers(0, limit)) for limit in (FRAME_HEIGHT_PX, 64))
        noise = self._noise[row : row + FRAME_HEIGHT_PX, column : column + FRAME_WIDTH_PX]
        return np.asarray(np.clip(view + noise, 0, 255), np.uint8)

    def close(self) -> None:
        pass


def recorded_footage(path: Path) -> Footage:
    """A film or a still picture, told by its first bytes. Raises SceneInvalid naming the file."""
    if looks_like_film(path):
        return FilmFootage(path)
    return StillFootage(path)
