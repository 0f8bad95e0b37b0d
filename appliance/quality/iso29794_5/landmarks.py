"""The few points of a face that the measures ask for, by name, whichever network found them.

Left and right are as the picture shows them: the eye on the picture's left is the person's right one. A scheme says
which of a network's points these are; there is one for ADNet's 98 (`adnet98`) and one for MediaPipe's mesh
(`face_mesh`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.errors import QualityError

Points = NDArray[np.float64]
Indices = tuple[int, ...]
Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LandmarkScheme:
    """Where a network's points lie on the face, as indices among them.

    Of a pair of lids or lips the upper one is first; of corners, the one on the picture's left.
    """

    count: int
    left_eye_corners: tuple[int, int]
    right_eye_corners: tuple[int, int]
    left_eye_lids: Pairs
    right_eye_lids: Pairs
    left_eye_rim: Indices
    right_eye_rim: Indices
    brows: tuple[Indices, Indices]
    nose_tip: int
    mouth_corners: tuple[int, int]
    mouth_rim: Indices
    lips: Pairs
    """Of the inner rim; the middle pair is the middle one of the mouth."""
    chin: int
    sides: tuple[int, int]
    """The face's outline at the height of the ears."""
    region: Indices
    """Points whose convex hull is the face from the brows to the chin, as ADNet's hull is."""


@dataclass(frozen=True, slots=True)
class FaceLandmarks:
    """`points` is (count, 2) float64 of pixels, x to the right and y down, whole image or aligned."""

    points: Points
    scheme: LandmarkScheme

    def __post_init__(self) -> None:
        if self.points.shape != (self.scheme.count, 2) or not np.isfinite(self.points).all():
            raise QualityError(f"This face is given by {self.scheme.count} points of two finite coordinates.")
        if self.eye_to_chin_px == 0 or self.between_eyes_px == 0:
            raise QualityError("A face whose eyes and chin fall on one point cannot be judged.")

    @property
    def left_eye(self) -> tuple[int, int]:
        """Middle of the corners in whole pixels, as the standard's reference has it."""
        return self.middle(self.scheme.left_eye_corners)

    @property
    def right_eye(self) -> tuple[int, int]:
        return self.middle(self.scheme.right_eye_corners)

    @property
    def between_eyes_px(self) -> float:
        return math.dist(self.left_eye, self.right_eye)

    @property
    def eye_to_chin_px(self) -> float:
        """From the middle between the eyes to the chin: the standard's measure T of a head."""
        (left_x, left_y), (right_x, right_y) = self.left_eye, self.right_eye
        chin = self.points[self.scheme.chin]
        return math.hypot(float(chin[0]) - (left_x + right_x) / 2.0, float(chin[1]) - (left_y + right_y) / 2.0)

    def middle(self, pair: tuple[int, int]) -> tuple[int, int]:
        """In whole pixels, halves away from 0."""
        (x, y), (other_x, other_y) = self.points[pair[0]].tolist(), self.points[pair[1]].tolist()
        return whole((x + other_x) / 2.0), whole((y + other_y) / 2.0)

    def widest_px(self, pairs: Pairs) -> float:
        """The largest of the pairs' distances."""
        return max(math.dist(self.points[one].tolist(), self.points[other].tolist()) for one, other in pairs)

    def at(self, indices: Indices) -> Points:
        """(n, 2) float64."""
        return self.points[list(indices)]


def whole(value: float) -> int:
    """The nearest whole number, halves away from 0."""
    return int(math.copysign(math.floor(abs(value) + 0.5), value))
