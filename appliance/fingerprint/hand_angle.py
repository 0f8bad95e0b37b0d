"""How far fingers are turned: from upright, clockwise, in degrees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""(n, 2): x to the right and y down, in mm."""

_PRESUMED_MM2: Final = 12.0
"""What speaks for the angle presumed before any finger is seen: so little that only round prints leave it at that."""


@dataclass(frozen=True)
class Axis:
    """`angle_deg`: in (-90, 90], of the longer axis. `elongation`: 0 for a round set of points, 1 for a line."""

    angle_deg: float
    elongation: float


@dataclass(frozen=True)
class Moments:
    """How many points, the sums of their coordinates and of those's products; they add up."""

    count: int
    sums: NDArray[np.float64]
    products: NDArray[np.float64]

    @staticmethod
    def of(points: Points) -> Moments:
        return Moments(len(points), points.sum(axis=0), points.T @ points)

    def __add__(self, other: Moments) -> Moments:
        return Moments(self.count + other.count, self.sums + other.sums, self.products + other.products)


def axis(of: Moments) -> Axis:
    """By second moments. Of no points, upright and round."""
    if not of.count:
        return Axis(0.0, 0.0)
    spread = of.products - np.outer(of.sums, of.sums) / of.count
    xx, yy, xy = float(spread[0, 0]), float(spread[1, 1]), -float(spread[0, 1])
    if xx + yy <= 0:
        return Axis(0.0, 0.0)
    angle = np.degrees(0.5 * np.arctan2(2 * xy, yy - xx))
    return Axis(float(angle), float(np.hypot(yy - xx, 2 * xy) / (xx + yy)))


def common_angle_deg(fingers: Iterable[tuple[Axis, float]], presumed_deg: float = 0.0) -> float:
    """Of axes with the area, in mm2, that each stands for: the longer and the larger, the more it counts."""
    total = _PRESUMED_MM2 * np.exp(2j * np.radians(presumed_deg))
    for of, area_mm2 in fingers:
        total += area_mm2 * of.elongation * np.exp(2j * np.radians(of.angle_deg))
    return float(np.degrees(np.angle(total)) / 2)


def upright(points: Points, angle_deg: float) -> Points:
    """(n, 2): across the fingers, to the right, and along them, towards the tips; about the image's corner."""
    turn = np.radians(angle_deg)
    across = np.array([np.cos(turn), np.sin(turn)])
    along = np.array([np.sin(turn), -np.cos(turn)])
    return np.asarray(points @ np.stack([across, along], axis=1), np.float64)


def as_placed(points: Points, angle_deg: float) -> Points:
    """What `upright` undoes."""
    turn = np.radians(angle_deg)
    across = np.array([np.cos(turn), np.sin(turn)])
    along = np.array([np.sin(turn), -np.cos(turn)])
    return np.asarray(points @ np.stack([across, along]), np.float64)
