"""Groups that nobody photographed: the folder's portraits side by side, of many sizes, leaning, dim, cut by an edge.

Who is in a collage is known by how it was made. It stands in for group photographs, and is no such photograph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.face.search import FaceSearch
from drivers.contracts import Pixels
from tests.bench.presentations.room import room

MOST_PEOPLE: Final = 12
SMALLEST_FACE_PX: Final = 36.0
_REACH: Final = 1.05
"""Of a face's length: how far a person's picture reaches from the middle of their face. The folder has no more."""
_LEANS_DEG: Final = 25.0
_CUT: Final = 0.15
"""The share of people who stand at an edge that cuts off a part of the head."""
_TRIES: Final = 60

Box = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Portrayed:
    """`face`: (4,) left, top, right, bottom of the one face in it, from brows to chin."""

    picture: Pixels
    face: Box


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """`faces`: (n, 4), as `Portrayed.face`."""

    picture: Pixels
    faces: Box


def crowd(seed: int, people: Sequence[Portrayed]) -> Crowd:
    """Of two to twelve, as many as find a place; sometimes without colour."""
    chance = np.random.default_rng([seed, 211])
    width = int(chance.integers(900, 1921))
    height = int(width * chance.uniform(0.55, 0.8))
    picture = np.clip(room(chance, height, width), 0, 255).astype(np.uint8)
    taken: list[tuple[float, float, float]] = []
    faces = []
    for _ in range(int(chance.integers(2, MOST_PEOPLE + 1))):
        who = people[int(chance.integers(len(people)))]
        length_px = float(np.exp(chance.uniform(np.log(SMALLEST_FACE_PX), np.log(0.3 * height))))
        place = _place(chance, length_px, width, height, taken)
        if place is None:
            continue
        taken.append(place)
        faces.append(_put(chance, picture, who, length_px, place))
    if chance.random() < 0.25:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        picture = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)
    return Crowd(picture, np.asarray(faces, np.float64).reshape(-1, 4))


def missed_and_invented(found: Sequence[NDArray[np.floating]], crowd_: Crowd) -> tuple[int, int]:
    """By boxes: a face is found where a box has its middle within it and is neither half nor twice as large."""
    left = [np.asarray(box, np.float64) for box in found]
    missed = 0
    for face in crowd_.faces:
        edge = face[2] - face[0]
        hit = next(
            (
                i
                for i, box in enumerate(left)
                if np.abs(_middle(box) - _middle(face)).max() < 0.45 * edge and 0.5 < (box[2] - box[0]) / edge < 2.0
            ),
            None,
        )
        if hit is None:
            missed += 1
        else:
            left.pop(hit)
    return missed, len(left)


def portraits(folder: Path, search: FaceSearch) -> tuple[Portrayed, ...]:
    """Everybody whom a picture of the folder shows alone, or beside one other."""
    found = []
    for path in sorted(folder.glob("*.jpg")):
        picture = np.asarray(cv2.imread(str(path)), np.uint8)
        found += [Portrayed(picture, np.asarray(face.detected.box, np.float64)) for face in search.find(picture)]
    return tuple(found)


def _place(
    chance: np.random.Generator, length_px: float, width: int, height: int, taken: Sequence[tuple[float, float, float]]
) -> tuple[float, float, float] | None:
    """x, y and reach of one that no other's touches; at an edge now and then."""
    reach = _REACH * length_px
    for _ in range(_TRIES):
        # Cut through an ear or the crown: of brows to chin all is seen.
        inset = 0.58 * length_px if chance.random() < _CUT else reach
        x, y = float(chance.uniform(inset, width - inset)), float(chance.uniform(inset, height - inset))
        if all(max(abs(x - a), abs(y - b)) > reach + other for a, b, other in taken):
            return x, y, reach
    return None


def _put(
    chance: np.random.Generator, picture: Pixels, who: Portrayed, length_px: float, place: tuple[float, float, float]
) -> Box:
    x, y, reach = place
    edge = float(max(who.face[2] - who.face[0], who.face[3] - who.face[1]))
    lean = float(chance.uniform(-_LEANS_DEG, _LEANS_DEG)) if chance.random() < 0.6 else 0.0
    scale = length_px / edge
    middle = _middle(who.face)
    source = who.picture
    if scale < 1.0:
        # Made smaller by areas before it is turned.
        source = np.asarray(cv2.resize(source, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        middle, scale = middle * scale, 1.0
    turn = cv2.getRotationMatrix2D((float(middle[0]), float(middle[1])), lean, scale)
    turn[:, 2] += (x - middle[0], y - middle[1])
    if chance.random() < 0.5:
        mirrored = np.array([[-1.0, 0.0, 2 * x], [0.0, 1.0, 0.0]])
        turn = mirrored @ np.vstack([turn, [0.0, 0.0, 1.0]])
    height, width = picture.shape[:2]
    placed = cv2.warpAffine(source, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    lit = np.clip(placed * float(chance.uniform(0.6, 1.15)), 0, 255).astype(np.uint8)
    left, top = max(0, round(x - reach)), max(0, round(y - reach))
    right, bottom = min(width, round(x + reach)), min(height, round(y + reach))
    picture[top:bottom, left:right] = lit[top:bottom, left:right]
    half = length_px / 2
    return np.array([x - half, y - half, x + half, y + half])


def _middle(box: Box) -> Box:
    return np.asarray((box[:2] + box[2:]) / 2)
