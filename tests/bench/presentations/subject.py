"""Who is shown: a portrait with its landmarks, and the depth of a generic face for one that is alive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.liveness.face import mesh
from drivers.contracts import Pixels
from drivers.simulated.drawn.face import draw_face
from drivers.simulated.drawn.features import EYE_HALF_WIDTH
from drivers.simulated.drawn.person import EYE_LINE, MOUTH_LINE, Person, make_person

HEIGHT_PX, WIDTH_PX = 640, 1152
_HEAD_SHARE, _MIDDLE = 0.56, 0.44
"""As the house draws faces: crown to chin, and the head's middle, of the picture's height."""

PERSONS = 16
"""Drawn ones are taken from so many: drawing one takes longer than showing it."""

Plane = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Subject:
    """Lengths in half heads from the head's middle, x to the right and y down, as in the picture.

    `picture`: (H, W, 3) uint8. `unit_px`: a half head in it. `landmarks`: (478, 2) float32, NaN where none is drawn.
    `eyes`: the middles of both. `person`: (H, W) float32, 1 where it is not the wall.
    """

    picture: Pixels
    unit_px: float
    middle_px: tuple[float, float]
    landmarks: Plane
    eyes: tuple[tuple[float, float], tuple[float, float]]
    mouth: tuple[float, float]
    head_width: float
    person: Plane


Gallery = Callable[[np.random.Generator], Subject]
"""Who is shown, by chance."""


def drawn(random: np.random.Generator) -> Subject:
    return drawn_subject(int(random.integers(PERSONS)))


@lru_cache(maxsize=PERSONS)
def drawn_subject(seed: int) -> Subject:
    person = make_person(seed)
    picture = draw_face(seed, HEIGHT_PX, WIDTH_PX)
    eyes = ((-person.eye_distance / 2, EYE_LINE), (person.eye_distance / 2, EYE_LINE))
    return Subject(
        picture,
        _HEAD_SHARE * HEIGHT_PX / 2,
        (WIDTH_PX / 2, _MIDDLE * HEIGHT_PX),
        _landmarks(person),
        eyes,
        (person.mouth_width, MOUTH_LINE),
        person.head_width,
        _cut_out(picture),
    )


def relief(x: Plane, y: Plane, head_width: float) -> Plane:
    """Depth towards the camera in half heads: an ellipsoid with a nose, brows and a chin; 0 beside the head."""
    reach = np.sqrt((x / (head_width * 1.04)) ** 2 + (y / 1.04) ** 2)
    depth = 0.62 * np.clip(1.0 - reach**2.4, 0.0, 1.0) ** 0.8
    depth += 0.20 * _bump(x, y, 0.0, 0.28, 0.10, 0.13) + 0.09 * _bump(x, y, 0.0, 0.08, 0.07, 0.16)
    depth += 0.05 * _bump(x, y, 0.0, 0.86, 0.16, 0.10) + 0.04 * _bump(x, y, 0.0, -0.12, 0.45, 0.08)
    for side in (-1.0, 1.0):
        depth -= 0.06 * _bump(x, y, side * 0.31, EYE_LINE, 0.15, 0.09)
    return np.asarray(cv2.GaussianBlur(depth.astype(np.float32), (0, 0), 2.0) if depth.ndim == 2 else depth, np.float32)


def _bump(x: Plane, y: Plane, at_x: float, at_y: float, wide: float, high: float) -> Plane:
    return np.asarray(np.exp(-0.5 * (((x - at_x) / wide) ** 2 + ((y - at_y) / high) ** 2)), np.float32)


def _landmarks(person: Person) -> Plane:
    found = np.full((478, 2), np.nan, np.float32)
    half = person.eye_distance / 2
    found[mesh.NOSE_TIP] = (0.0, 0.30)
    for side, outer, inner in (
        (-1.0, mesh.RIGHT_EYE_OUTER, mesh.RIGHT_EYE_INNER),
        (1.0, mesh.LEFT_EYE_OUTER, mesh.LEFT_EYE_INNER),
    ):
        found[outer] = (side * (half + EYE_HALF_WIDTH), EYE_LINE)
        found[inner] = (side * (half - EYE_HALF_WIDTH), EYE_LINE)
    found[mesh.MOUTH_RIGHT], found[mesh.MOUTH_LEFT] = (
        (-person.mouth_width, MOUTH_LINE),
        (person.mouth_width, MOUTH_LINE),
    )
    angles = np.arange(len(mesh.OVAL)) * 2.0 * np.pi / len(mesh.OVAL)
    found[list(mesh.OVAL), 0] = 0.93 * person.head_width * np.sin(angles)
    found[list(mesh.OVAL), 1] = 0.17 - 0.80 * np.cos(angles)
    return found


def _cut_out(picture: Pixels) -> Plane:
    """The drawn wall is the same colour everywhere; what differs and lies in one piece is the person."""
    wall = np.median(picture[: HEIGHT_PX // 12].reshape(-1, 3), axis=0)
    differs = (np.abs(picture.astype(np.float32) - wall).max(axis=2) > 26).astype(np.uint8)
    differs = cv2.morphologyEx(differs, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    outlines, _ = cv2.findContours(differs, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros_like(differs), [max(outlines, key=cv2.contourArea)], -1, 1, cv2.FILLED)
    return np.asarray(cv2.GaussianBlur(filled.astype(np.float32), (0, 0), 1.5), np.float32)
