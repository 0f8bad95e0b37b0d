"""An impression and its block maps as shapes to draw over it. Lengths and places are pixels of the picture scored."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.minutiae import Minutiae
from appliance.fingerprint.unit_vectors import TURN
from appliance.quality.nfiq2.regions import MARGIN_PX, SIDE_PX
from drivers.contracts import Pixels

SHADES: Final = (
    "#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838",
)  # fmt: skip
"""From 0 to 1, a tenth each: cividis (Nuñez, Anderton, Renslow 2018), which looks alike to colour-blind eyes."""

_LARGEST_EDGE_PX: Final = 1200
_TICK_PX: Final = 24
KIND_OF: Final = {1: "ending", 2: "bifurcation", 0: "unclear"}
"""By the number that `Minutiae.kind` gives."""


@dataclass(frozen=True)
class Cell:
    """One region and its value, 0 to 1."""

    x: int
    y: int
    width: int
    height: int
    value: float

    @property
    def shade(self) -> str:
        return SHADES[min(len(SHADES) - 1, max(0, int(self.value * len(SHADES))))]


@dataclass(frozen=True)
class Tick:
    """A ridge's direction in one region. `degrees`: counterclockwise from the right, 0 to 180."""

    x1: float
    y1: float
    x2: float
    y2: float
    degrees: int
    is_foreground: bool


@dataclass(frozen=True)
class Mark:
    """One minutia. `dx`, `dy`: of length 1, the picture's way (down is positive)."""

    x: int
    y: int
    dx: float
    dy: float
    degrees: int
    kind: str
    quality: int


def png_uri(pixels: Pixels) -> str:
    """(h, w) uint8 as a `data:` address; a larger picture than a screen shows is made smaller."""
    longest = max(pixels.shape)
    if longest > _LARGEST_EDGE_PX:
        size = [max(1, round(extent * _LARGEST_EDGE_PX / longest)) for extent in pixels.shape[1::-1]]
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    encoded = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1]
    return "data:image/png;base64," + base64.b64encode(encoded.tobytes()).decode()


def cells(values: NDArray[np.float64], shape: tuple[int, ...]) -> list[Cell]:
    """Of a map of the tiles of `SIDE_PX` from the upper left corner on, in a picture of (height, width), where it is
    more than 0."""
    height, width = shape[:2]
    return [
        Cell(x, y, min(SIDE_PX, width - x), min(SIDE_PX, height - y), float(values[row, column]))
        for (row, column), x, y in _places(values.shape)
        if values[row, column] > 0
    ]


def region_corners(is_set: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The upper left corners (x, y) of the regions inside the margin that a map marks."""
    return [(x + MARGIN_PX, y + MARGIN_PX) for at, x, y in _places(is_set.shape) if is_set[at]]


def ticks(angles_rad: NDArray[np.float64], is_foreground: NDArray[np.bool_]) -> list[Tick]:
    """Of the regions inside the margin. The reference's angle takes half of what it should of the mixed gradient
    (`regions.orientation_rad`), which is put right here, so that a tick lies along its ridges."""
    across = 0.5 * np.arctan2(2 * np.sin(2 * angles_rad), np.cos(2 * angles_rad))
    dx, dy = -np.sin(across) * _TICK_PX / 2, np.cos(across) * _TICK_PX / 2
    degrees = np.rint(np.degrees(np.arctan2(-dy, dx))).astype(int) % 180
    middle = MARGIN_PX + SIDE_PX / 2
    found = []
    for at, x, y in _places(angles_rad.shape):
        ends = (x + middle - dx[at], y + middle - dy[at], x + middle + dx[at], y + middle + dy[at])
        x1, y1, x2, y2 = (round(float(end), 1) for end in ends)
        found.append(Tick(x1, y1, x2, y2, int(degrees[at]), bool(is_foreground[at])))
    return found


def marks(minutiae: Minutiae) -> list[Mark]:
    turned = minutiae.direction * (2 * np.pi / TURN)
    return [
        Mark(
            int(minutiae.x[at]),
            int(minutiae.y[at]),
            round(float(np.cos(turned[at])), 3),
            round(float(-np.sin(turned[at])), 3),
            round(float(np.degrees(turned[at]))) % 360,
            KIND_OF[int(minutiae.kind[at])],
            int(minutiae.quality[at]),
        )
        for at in range(len(minutiae))
    ]


def outline(mask: Pixels) -> str:
    """The borders of what a (h, w) mask marks, as the `d` of an SVG path."""
    contours, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_TC89_L1)
    return " ".join(_closed(np.asarray(contour)) for contour in contours)


def _closed(contour: NDArray[np.int32]) -> str:
    return "M" + " ".join(f"{x},{y}" for x, y in contour.reshape(-1, 2).tolist()) + "Z"


def _places(shape: tuple[int, ...]) -> Iterator[tuple[tuple[int, int], int, int]]:
    """Each row and column of a map, and where its tile begins (x, y)."""
    for row, column in product(range(shape[0]), range(shape[1])):
        yield (row, column), column * SIDE_PX, row * SIDE_PX
