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


def unit(x: NDArray[np.float32], y: NDArray[np.float32], least: int = 0) -> Vectors:
    """Rounded towards zero; (0, 0) for what is too short: hardly longer than `least`, in 127ths."""
    across, down = np.abs(x), np.abs(y)
    longest = np.maximum(across, down)
    longest *= np.float32(1 / UNIT)
    across += down
    across *= np.float32(1 / DIAGONAL)
    divisor = np.floor(np.maximum(longest, across, out=across), out=across)
    # Nothing that is divided by it is left of a vector that is too short.
    divisor[longest < least + 1] = np.inf
    unit_x, unit_y = x / divisor, y / divisor
    return np.trunc(unit_x, out=unit_x), np.trunc(unit_y, out=unit_y)


def turn_of(x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.intp]:
    """The direction of vectors, in 256ths of a turn from the x axis towards y."""
    return np.rint(np.arctan2(y, x) * np.float32(TURN / 2 / np.pi)).astype(np.intp) & (TURN - 1)


def of_turn(turns: NDArray[np.intp]) -> Vectors:
    """Unit vectors."""
    return _SINES[(turns + TURN // 4) & (TURN - 1)], _SINES[turns & (TURN - 1)]
