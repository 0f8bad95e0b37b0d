"""A portrait out of a kept still: turned upright, scaled and cropped in one step, so that each pixel is made once.

Where the head comes to lie is chosen within the limits that a rule book allows (BSI TR-03121-3 volume 2, table 5.2);
who judges the portrait by them does so elsewhere, by `points`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.errors import QualityError
from appliance.face.mesh_places import CHIN, LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS, SIDES
from appliance.face.picture import require_picture
from drivers.contracts import Pixels

_POINTS: Final = 478
_HEAD_FOR_EYE_TO_CHIN: Final = 2.0
"""The crown is hidden by hair: it is taken to lie as far above the eyes as the chin below (`iso29794_5.geometry`)."""
_HEAD_LENGTH_AT: Final = 1 / 3
_EYE_LINE_AT: Final = 3 / 4
"""Of the way from the least to the most that is allowed: 0.70 and 0.45 for an adult. Above the crown a tenth of the
picture is left for hair, below the chin a fifth for neck and shoulders."""
_HIGHEST_EYE_LINE_AT: Final = 1 / 10
_ABOVE_CROWN: Final = 0.02
"""How far up the eyes may go so that less has to be filled above: not to the limit's edge, and with the whole head."""
_ENLARGED_FROM: Final = 1.0 + 1e-6
_MOST_SAMPLES: Final = 8
_BAND_ROWS: Final = 128
_FARTHEST_PX: Final = 1e6


class Span(Protocol):
    """Both ends are allowed."""

    @property
    def least(self) -> float: ...
    @property
    def most(self) -> float: ...


class PictureSize(Protocol):
    """In pixels; both grow together from the least to the most."""

    @property
    def width_px(self) -> Span: ...
    @property
    def height_px(self) -> Span: ...
    @property
    def least_inter_eye_px(self) -> float: ...


class HeadLimits(Protocol):
    """As shares of the picture's width or height, from its left or top."""

    @property
    def head_width(self) -> Span: ...
    @property
    def head_length(self) -> Span: ...
    @property
    def eye_line(self) -> Span: ...
    @property
    def centre(self) -> Span: ...


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """`pixels`: (H, W, 3) uint8 B, G, R. `points`: (478, 2) float64, the landmarks in it.

    `scale`: its pixels for one of the still's; `enlarged`: more than one, so that there is less in it than its size
    says. `turn_deg`: how far the head leaned, clockwise as seen. `filled_share`: of the portrait, what lies outside
    the still; there the still's outermost pixels are repeated.
    """

    pixels: Pixels
    points: NDArray[np.float64]
    scale: float
    turn_deg: float
    filled_share: float

    @property
    def enlarged(self) -> bool:
        return self.scale > _ENLARGED_FROM


def compose_portrait(still: Pixels, points: NDArray[np.floating], *, size: PictureSize, limits: HeadLimits) -> Portrait:
    """Of (h, w, 3) uint8 B, G, R and (478, 2 or 3) points in its pixels.

    The head's length is a third of the way into what is allowed; more where the eyes would lie too near together and
    the still has the pixels. It is moved up where the still ends above it. Where the size may be chosen it is the
    largest for which the still need not be enlarged, or the least. A head so long or so broad that both limits cannot
    hold is given the right length.
    Raises QualityError: no such picture, or points that are no face's.
    """
    require_picture(still)
    if still.ndim != 3:
        raise QualityError("A portrait is made of a picture in colour: this one is grey.")
    head = _Head.of(points)
    width, height = _size(head, size, limits)
    scale = _scale(head, width, height, size.least_inter_eye_px, limits)
    matrix = _from_portrait(head, scale, limits, width, height)
    to_portrait = np.asarray(cv2.invertAffineTransform(matrix), np.float64)
    places = np.asarray(points[:, :2], np.float64) @ to_portrait[:, :2].T + to_portrait[:, 2]
    pixels = _taken(still, matrix, width, height, samples=min(_MOST_SAMPLES, math.ceil(1 / scale - 1e-9)))
    outside = _share_outside(matrix, width, height, still.shape)
    return Portrait(pixels, places, scale, math.degrees(head.turn_rad), outside)


@dataclass(frozen=True, slots=True)
class _Head:
    """In the still's pixels: the middle between the eyes, and lengths that no turn changes."""

    x_px: float
    y_px: float
    turn_rad: float
    length_px: float
    width_px: float
    inter_eye_px: float

    @staticmethod
    def of(points: NDArray[np.floating]) -> _Head:
        if points.ndim != 2 or points.shape[0] != _POINTS or points.shape[1] not in (2, 3):
            raise QualityError(f"A portrait is made by {_POINTS} points of two or three coordinates.")
        places = np.asarray(points[:, :2], np.float64)
        if not np.isfinite(places).all() or float(np.abs(places).max()) > _FARTHEST_PX:
            raise QualityError("A portrait is made by points that lie in the picture.")
        left, right = places[list(LEFT_EYE_CORNERS)].mean(axis=0), places[list(RIGHT_EYE_CORNERS)].mean(axis=0)
        middle = (left + right) / 2
        length_px = _HEAD_FOR_EYE_TO_CHIN * math.dist(middle, places[CHIN])
        width_px = math.dist(places[SIDES[0]], places[SIDES[1]])
        inter_eye_px = math.dist(left, right)
        if min(length_px, width_px, inter_eye_px) < 1:
            raise QualityError("A face whose points fall on one another makes no portrait.")
        turn_rad = math.atan2(right[1] - left[1], right[0] - left[0])
        return _Head(float(middle[0]), float(middle[1]), turn_rad, length_px, width_px, inter_eye_px)


def _size(head: _Head, size: PictureSize, limits: HeadLimits) -> tuple[int, int]:
    """Width and height."""
    least = (size.width_px.least, size.height_px.least)
    room = (size.width_px.most - least[0], size.height_px.most - least[1])
    # The scale grows in proportion with the size: what it is at the least size says at which it is 1.
    growth = 1 / _scale(head, round(least[0]), round(least[1]), size.least_inter_eye_px, limits) - 1
    if growth <= 0 or max(room) <= 0:
        return round(least[0]), round(least[1])
    share = min(1.0, growth * least[1] / room[1]) if room[1] > 0 else min(1.0, growth * least[0] / room[0])
    return math.floor(least[0] + share * room[0]), math.floor(least[1] + share * room[1])


def _scale(head: _Head, width: int, height: int, least_inter_eye_px: float, limits: HeadLimits) -> float:
    """Not on the very edge of a limit: points are rounded to whole pixels when they are judged."""
    wanted = _at(limits.head_length, _HEAD_LENGTH_AT) * height / head.length_px
    # Enlarging would bring the number of pixels and nothing to see in them.
    wanted = max(wanted, min(1.0, 1.01 * least_inter_eye_px / head.inter_eye_px))
    for span, extent, of in (
        (limits.head_width, width, head.width_px),
        (limits.head_length, height, head.length_px),
    ):
        wanted = min(max(wanted, 1.01 * span.least * extent / of), 0.99 * span.most * extent / of)
    return wanted


def _from_portrait(head: _Head, scale: float, limits: HeadLimits, width: int, height: int) -> NDArray[np.float64]:
    """(2, 3): takes a place in the portrait to its place in the still."""
    cosine, sine = math.cos(head.turn_rad) / scale, math.sin(head.turn_rad) / scale
    above, crown = head.y_px * scale / height, head.length_px * scale / height / 2
    highest = max(_at(limits.eye_line, _HIGHEST_EYE_LINE_AT), crown + _ABOVE_CROWN)
    eye_line = min(_at(limits.eye_line, _EYE_LINE_AT), max(above, highest))
    x, y = _at(limits.centre, 1 / 2) * width, eye_line * height
    return np.array(
        [[cosine, -sine, head.x_px - cosine * x + sine * y], [sine, cosine, head.y_px - sine * x - cosine * y]]
    )


def _at(span: Span, share: float) -> float:
    return span.least + share * (span.most - span.least)


def _taken(still: Pixels, matrix: NDArray[np.float64], width: int, height: int, *, samples: int) -> Pixels:
    """(height, width, 3). A pixel that stands for several of the still's is the mean of `samples` a side, spread over
    its own area: each of them is read out of the still, none is read twice. By bands, to hold little at once."""
    pixels = np.empty((height, width, 3), np.uint8)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    for top in range(0, height, _BAND_ROWS):
        rows = min(_BAND_ROWS, height - top)
        # The middles of the samples of the pixel at 0 lie symmetrically around it.
        shift = np.array([(1 - samples) / (2 * samples), top + (1 - samples) / (2 * samples)])
        fine = np.column_stack([matrix[:, :2] / samples, matrix[:, :2] @ shift + matrix[:, 2]])
        band = cv2.warpAffine(
            still, fine, (width * samples, rows * samples), flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        if samples > 1:
            band = cv2.resize(band, (width, rows), interpolation=cv2.INTER_AREA)
        pixels[top : top + rows] = band
    return pixels


def _share_outside(matrix: NDArray[np.float64], width: int, height: int, shape: tuple[int, ...]) -> float:
    """Of the portrait's area, what the still does not cover."""
    edges = np.array([[-0.5, -0.5], [width - 0.5, -0.5], [width - 0.5, height - 0.5], [-0.5, height - 0.5]])
    corners = np.asarray(edges @ matrix[:, :2].T + matrix[:, 2], np.float32)
    right, bottom = shape[1] - 0.5, shape[0] - 0.5
    whole = np.array([[-0.5, -0.5], [right, -0.5], [right, bottom], [-0.5, bottom]], np.float32)
    covered, _ = cv2.intersectConvexConvex(corners, whole)
    share = 1.0 - float(covered) / float(cv2.contourArea(corners))
    return min(1.0, share) if share > 1e-4 else 0.0
