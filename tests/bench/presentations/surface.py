"""A picture on something that has a depth, turned before a camera: where each pixel of the frame comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

REACH, STEPS = 2.4, 40
"""Depth and hold are looked up in a grid of so many half heads each way, with so many steps in each."""
_ROUNDS = 10
_COARSE = 5

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pose:
    """In degrees and half heads. Yaw to the person's own left (the picture's right) and pitch upwards are positive."""

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    x: float = 0.0
    y: float = 0.0
    nearer: float = 0.0

    def matrix(self) -> Plane:
        """Of (x right, y down, z to the camera)."""
        yaw, pitch, roll = np.radians((self.yaw_deg, self.pitch_deg, self.roll_deg))
        c, s = np.cos, np.sin
        about_y = np.asarray([[c(yaw), 0, s(yaw)], [0, 1, 0], [-s(yaw), 0, c(yaw)]])
        about_x = np.asarray([[1, 0, 0], [0, c(pitch), -s(pitch)], [0, s(pitch), c(pitch)]])
        about_z = np.asarray([[c(roll), -s(roll), 0], [s(roll), c(roll), 0], [0, 0, 1]])
        return np.asarray(about_z @ about_x @ about_y, np.float32)


@dataclass(frozen=True, eq=False)
class Surface:
    """`depth` and `hold`: (N, N) float32 over the grid. `hold` is how far a place goes along with a movement, 0 to 1.

    `pivot`: how far behind the picture's plane it is turned about. `distance`: of the camera, in half heads.
    """

    depth: Plane
    hold: Plane
    pivot: float
    distance: float

    def forward(self, x: Plane, y: Plane, pose: Pose) -> tuple[Plane, Plane]:
        """Where places are seen; nowhere else than where they are in the pose that is none."""
        place = ((x + REACH) * STEPS, (y + REACH) * STEPS)
        both = cv2.merge([self.depth, self.hold])
        looked_up = cv2.remap(both, *_maps(place), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        depth, hold = (looked_up[..., i].reshape(x.shape) for i in range(2))
        r = pose.matrix()
        z = depth + self.pivot
        turned = [r[i, 0] * x + r[i, 1] * y + r[i, 2] * z for i in range(3)]
        near = self.distance / (self.distance - (turned[2] - self.pivot) - pose.nearer)
        far = self.distance / (self.distance - depth)
        seen_x, seen_y = (turned[0] + pose.x) * near, (turned[1] + pose.y) * near
        return (
            np.asarray(x + hold * (seen_x - x * far), np.float32),
            np.asarray(y + hold * (seen_y - y * far), np.float32),
        )

    def backward(self, x: Plane, y: Plane, pose: Pose) -> tuple[Plane, Plane]:
        """What is seen at places (H, W): found by going back what forward moves too far, over and over."""
        coarse = (max(2, x.shape[1] // _COARSE), max(2, x.shape[0] // _COARSE))
        seen_x, seen_y = (
            np.asarray(cv2.resize(each, coarse, interpolation=cv2.INTER_LINEAR), np.float32) for each in (x, y)
        )
        at_x, at_y = seen_x.copy(), seen_y.copy()
        for _ in range(_ROUNDS):
            there_x, there_y = self.forward(at_x, at_y, pose)
            at_x, at_y = at_x + 0.9 * (seen_x - there_x), at_y + 0.9 * (seen_y - there_y)
        size = (x.shape[1], x.shape[0])
        return tuple(
            np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_CUBIC), np.float32) for each in (at_x, at_y)
        )  # type: ignore[return-value]


def surface(
    depth: Callable[[Plane, Plane], Plane], hold: Callable[[Plane, Plane], Plane], pivot: float, distance: float
) -> Surface:
    line = np.linspace(-REACH, REACH, round(2 * REACH * STEPS) + 1, dtype=np.float32)
    x, y = np.meshgrid(line, line)
    return Surface(depth(x, y), hold(x, y), pivot, distance)


def _maps(place: tuple[Plane, Plane]) -> tuple[Plane, Plane]:
    """OpenCV wants planes, and points are a column."""
    a, b = (np.asarray(each, np.float32) for each in place)
    return (a, b) if a.ndim == 2 else (a.reshape(-1, 1), b.reshape(-1, 1))
