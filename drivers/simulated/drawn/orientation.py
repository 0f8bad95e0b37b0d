"""The ridge flow of a made-up finger: a direction for each point, from a few loops and deltas.

Sherlock and Monro's zero-pole model (A model for interpreting fingerprint topology, Pattern Recognition 26(7), 1993):
every loop adds half its bearing to the direction, every delta takes half of its own away. Arches follow a sine,
as in Cappelli's synthetic fingerprint generation (Handbook of Fingerprint Recognition, chapter 6).
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Orientation = NDArray[np.float32]
"""(H, W) float32, radians in [0, π): the direction along the ridges, from the x axis towards the y axis (down)."""

Point = tuple[float, float]


class Pattern(StrEnum):
    """Henry's classes; the weights below are about those of a population."""

    LEFT_LOOP = "left-loop"
    RIGHT_LOOP = "right-loop"
    WHORL = "whorl"
    ARCH = "arch"


_WEIGHTS = (0.32, 0.32, 0.29, 0.07)


def draw_orientation(height: int, width: int, random: np.random.Generator) -> Orientation:
    """The flow of one finger whose tip points up."""
    pattern = list(Pattern)[int(random.choice(len(_WEIGHTS), p=_WEIGHTS))]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    jitter = random.uniform(-0.03, 0.03, size=8)
    core = (width * (0.5 + jitter[0]), height * (0.40 + jitter[1]))
    if pattern is Pattern.ARCH:
        return _arch(x, y, core, height, width)
    side = width * (0.30 + jitter[2])
    low = height * (0.78 + jitter[3])
    loops, deltas = [core], []
    if pattern is Pattern.WHORL:
        loops.append((core[0] + width * jitter[4], core[1] + height * (0.11 + jitter[5])))
        deltas = [(core[0] - side, low), (core[0] + side, low + height * jitter[6])]
    else:
        deltas = [(core[0] + (side if pattern is Pattern.LEFT_LOOP else -side), low)]
    return _zero_pole(x, y, loops, deltas)


def _arch(x: Orientation, y: Orientation, core: Point, height: int, width: int) -> Orientation:
    """Ridges that run from side to side and rise in the middle, less and less towards the crease."""
    rise = np.clip(1.35 - y / height, 0.25, 1.3) * np.exp(-(((y - core[1]) / (0.55 * height)) ** 2))
    slope = -np.cos(np.pi * (x - core[0] + 0.5 * width) / width) * rise
    return np.asarray(np.arctan(slope) % np.pi, np.float32)


def _zero_pole(x: Orientation, y: Orientation, loops: list[Point], deltas: list[Point]) -> Orientation:
    """Bearings are measured with y upwards, as in the paper; far away the ridges lie level."""
    angle = np.zeros_like(x)
    for delta in deltas:
        angle -= 0.5 * np.arctan2(delta[1] - y, x - delta[0])
    for loop in loops:
        angle += 0.5 * np.arctan2(loop[1] - y, x - loop[0])
    return np.asarray(-angle % np.pi, np.float32)
