"""Directions as unit vectors of whole numbers up to 127, and as 256ths of a turn."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

UNIT: Final = 127
TURN: Final = 256
DIAGONAL: Final = 180
"""Of |x| + |y| for a vector of length 127 that lies between the axes: the norm is an octagon."""
_SINES: Final = np.rint(UNIT * np.sin(np.arange(TURN) * (2 * np.pi / TURN))).astype(np.float32)

Vectors = tuple[NDArray[np.float32], NDArray[np.float32]]


def norm(x: NDArray[np.float32], y: NDArray[np.float32], least: float = 0) -> NDArray[np.float32]:
    """By what a vector is to be divided to be a unit vector; 0 where it is too short, by 127ths of its length."""
    across, down = np.abs(x), np.abs(y)
    longest = np.floor(np.maximum(across, down) * np.float32(1 / UNIT))
    octagon = np.maximum(longest, np.floor((across + down) * np.float32(1 / DIAGONAL)))
    return np.asarray(np.where(longest > least, octagon, np.float32(0)), np.float32)


def unit(x: NDArray[np.float32], y: NDArray[np.float32], least: float = 0) -> Vectors:
    """Rounded towards zero; (0, 0) for what is too short."""
    by = norm(x, y, least)
    divisor = np.where(by > 0, by, np.float32(np.inf))
    return np.trunc(x / divisor), np.trunc(y / divisor)


def turn_of(x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.intp]:
    """The direction of vectors, in 256ths of a turn from the x axis towards y."""
    return np.rint(np.arctan2(y, x) * np.float32(TURN / 2 / np.pi)).astype(np.intp) & (TURN - 1)


def of_turn(turns: NDArray[np.intp]) -> Vectors:
    """Unit vectors."""
    return _SINES[(turns + TURN // 4) & (TURN - 1)], _SINES[turns & (TURN - 1)]
