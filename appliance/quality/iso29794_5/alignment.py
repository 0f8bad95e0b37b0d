"""The face in the standard's upright frame of 616 x 616 pixels, of which only the part that is looked at is made.

ISO/IEC 29794-5:2025, as its reference does it: a similarity that brings eyes, nose and corners of the mouth to fixed
places, and the face's region, the hull of the landmarks drawn on a grid of 224 cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.errors import QualityError
from appliance.quality.iso29794_5.landmarks import FaceLandmarks
from drivers.contracts import Pixels

Matrix = NDArray[np.float64]

FRAME_PX: Final = 616
_TARGETS: Final = np.array([[251, 272], [364, 272], [308, 336], [262, 402], [355, 402]], np.float32)
"""Left eye, right eye, tip of the nose, left and right corner of the mouth."""
_GRID: Final = 224
_MARGIN: Final = 0.05
_FURTHEST_PX: Final = 32767
"""OpenCV's places in a picture are 16-bit numbers."""
_LARGEST_SCALE: Final = 64.0
"""And its inverse the smallest: eyes 2 pixels apart, or 7000."""
_LARGEST_SIDE_PX: Final = 8 * FRAME_PX
"""Of a face's region in the upright frame, where a face's is about 250."""
_NO_FACE: Final = "Eyes, nose and mouth do not lie as a face's do."

_STEPS: Final = 1024
_FINE: Final = 32
"""OpenCV's classical warp takes coordinates in 1024ths and weighs neighbours in 32nds of a pixel. Newer versions of
its `warpAffine` do otherwise; a histogram of a small patch of skin then differs by more than a scalar's rounding."""


@dataclass(frozen=True, slots=True)
class Window:
    """Part of the frame, half open."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class AlignedFace:
    """The part of the frame that holds the face's region.

    `colour` is (h, w, 3) uint8 B, G, R; `region` (h, w) uint8, 1 within it; `landmarks` are whole pixels of the frame.
    """

    to_frame: Matrix
    landmarks: FaceLandmarks
    window: Window
    colour: Pixels
    region: Pixels


def align(image: Pixels, landmarks: FaceLandmarks) -> AlignedFace:
    """Of (H, W, 3) uint8 B, G, R. Raises QualityError: no such image, or a face that no similarity brings upright."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise QualityError("A face is judged on an image of three colours of 8 bits.")
    if max(image.shape) > _FURTHEST_PX:
        raise QualityError(f"A face is judged on an image of at most {_FURTHEST_PX} pixels of height and width.")
    if np.abs(landmarks.points).max() > _FURTHEST_PX:
        raise QualityError("This face lies nowhere near the picture.")
    to_frame = _similarity(landmarks)
    moved = np.asarray(cv2.transform(landmarks.points.astype(np.float32)[:, None], to_frame), np.float64)[:, 0]
    aligned = FaceLandmarks(np.copysign(np.floor(np.abs(moved) + 0.5), moved), landmarks.scheme)
    window, region = _region(aligned)
    return AlignedFace(to_frame, aligned, window, warped(image, to_frame, window), region)


def warped(image: Pixels, to_frame: Matrix, window: Window) -> Pixels:
    """The window of the frame, (h, w, 3) uint8; black where the image has nothing."""
    across, down = np.arange(window.left, window.right), np.arange(window.top, window.bottom)
    inverse = _inverted(to_frame)
    fine = []
    for row in inverse:
        along = np.rint(row[0] * across * _STEPS).astype(np.int32)
        start = np.rint((row[1] * down + row[2]) * _STEPS).astype(np.int32) + _STEPS // _FINE // 2
        fine.append((start[:, None] + along) >> 5)
    x, y = fine
    places = np.empty((*x.shape, 2), np.int16)
    for number, place in enumerate((x >> 5, y >> 5)):
        # An affine map's extremes lie in the corners.
        within = np.abs(place[:: len(place) - 1 or 1, :: place.shape[1] - 1 or 1]).max() <= _FURTHEST_PX
        places[:, :, number] = place if within else np.clip(place, -_FURTHEST_PX, _FURTHEST_PX)
    weights = ((y & (_FINE - 1)) * _FINE + (x & (_FINE - 1))).astype(np.uint16)
    return np.asarray(cv2.remap(image, places, weights, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.uint8)


def _similarity(landmarks: FaceLandmarks) -> Matrix:
    scheme = landmarks.scheme
    seen = np.empty((5, 2), np.float32)
    seen[0], seen[1] = landmarks.left_eye, landmarks.right_eye
    seen[2:] = landmarks.points[[scheme.nose_tip, *scheme.mouth_corners]]
    found, _ = cv2.estimateAffinePartial2D(seen, _TARGETS, method=cv2.LMEDS)
    if found is None or not 1.0 / _LARGEST_SCALE <= math.hypot(*found[:, 0]) <= _LARGEST_SCALE:
        raise QualityError(_NO_FACE)
    return np.asarray(found, np.float64)


def _inverted(matrix: Matrix) -> Matrix:
    """Of a similarity, in OpenCV's order of operations."""
    (a, b, x), (c, d, y) = matrix.tolist()
    scale = 1.0 / (a * d - b * c)
    turned = (d * scale, -b * scale, -c * scale, a * scale)
    return np.array(
        [
            [turned[0], turned[1], -turned[0] * x - turned[1] * y],
            [turned[2], turned[3], -turned[2] * x - turned[3] * y],
        ]
    )


def _region(landmarks: FaceLandmarks) -> tuple[Window, Pixels]:
    hull = cv2.convexHull(landmarks.at(landmarks.scheme.region).astype(np.int32)).reshape(-1, 2)
    x, y, width, height = cv2.boundingRect(hull)
    top, bottom = int(y - height * _MARGIN), int(y + height * (1 + _MARGIN))
    side = bottom - top
    if not 0 < side <= _LARGEST_SIDE_PX:
        raise QualityError(_NO_FACE)
    left, right = int(x + width / 2.0 - side / 2.0), int(x + width / 2.0 + side / 2.0)
    grid = np.zeros((_GRID, _GRID), np.uint8)
    cv2.fillConvexPoly(grid, ((hull.astype(np.float64) - (left, top)) / side * _GRID).astype(np.int32), 1)
    square = cv2.resize(grid, (right - left, side), interpolation=cv2.INTER_NEAREST)
    seen = square[max(0, -top) : FRAME_PX - top, max(0, -left) : FRAME_PX - left]
    within = cv2.boundingRect(seen)
    if not within[2] or not within[3]:
        raise QualityError("The face lies outside of its upright frame.")
    window_left, window_top = max(0, left) + within[0], max(0, top) + within[1]
    window = Window(window_left, window_top, window_left + within[2], window_top + within[3])
    part = seen[within[1] : within[1] + within[3], within[0] : within[0] + within[2]]
    return window, np.ascontiguousarray(part, np.uint8)
