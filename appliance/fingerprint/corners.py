"""Where the wave of ridges does not go on: places in the phase whose gradients have no single direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.phase import NOWHERE
from appliance.fingerprint.running_rows import INNER, run_on
from appliance.fingerprint.unit_vectors import turn_of, unit
from drivers.contracts import Pixels

_LEAST: Final = 1328.0
"""Of the smaller eigenvalue of the gradients' covariance: a tenth of what a clear wave has."""
_BELL: Final = np.array([1, 2, 1], np.float32)
_NORMED: Final = _BELL / 32
_AROUND_PX: Final = 5
_TILE_PX: Final = 3
_FIRST_PX: Final = 2
"""One corner at most of each tile; the tiles begin here."""
_FIRST_LINE: Final = 3
_DIRECTION_SIDE: Final = 13
"""Over so many places, two pixels apart, is the direction averaged."""


@dataclass(frozen=True)
class Corners:
    """(n,) each, in rows and from left to right. `direction`: of the ridges' normals, in 256ths of a turn below 128."""

    x: NDArray[np.intp]
    y: NDArray[np.intp]
    direction: NDArray[np.intp]


def corners(phase: Pixels) -> Corners:
    """Of (h, w) uint8."""
    xx, yy, xy = _covariance(phase)
    y, x = _peaks(_response(xx, yy, xy)[INNER])
    inside = _is_inside(phase, x, y)
    x, y = x[inside], y[inside]
    along, aside = ((part - other)[INNER] for part, other in ((xx, yy), (xy, -xy)))
    return Corners(x, y, _directions(along, aside, x, y))


def _covariance(phase: Pixels) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Of the gradients around each place, with `REACH_PX` more at either side."""
    signed = run_on(phase, NOWHERE)
    x, y = np.zeros_like(signed), np.zeros_like(signed)
    seen = slice(_FIRST_LINE, -1)
    np.subtract(signed[seen, 2:], signed[seen, :-2], out=x[seen, 1:-1])
    np.subtract(signed[_FIRST_LINE + 1 :], signed[_FIRST_LINE - 1 : -2], out=y[seen])
    return _smooth(x * x), _smooth(y * y), _smooth(np.multiply(x, y, out=y))


def _smooth(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.sepFilter2D(values, -1, _BELL, _NORMED, borderType=cv2.BORDER_CONSTANT), np.float32)


def _response(xx: NDArray[np.float32], yy: NDArray[np.float32], xy: NDArray[np.float32]) -> NDArray[np.float32]:
    """By how much both eigenvalues are greater than the least; 0 where one is not."""
    more_x, more_y = _LEAST - xx, _LEAST - yy
    response = more_x * more_y
    response -= xy * xy
    more_x += more_y
    response *= more_x < 0
    return np.asarray(np.maximum(response, 0, out=response), np.float32)


def _peaks(response: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of what nothing around is greater than; the first of a tile where several are alike."""
    highest = cv2.dilate(response, np.ones((_AROUND_PX, _AROUND_PX), np.uint8))
    # The reference numbers its lines from the first that it looks at, and its columns from the one before.
    height, width = response.shape
    rows, columns = np.divmod(np.flatnonzero((response == highest) & (response > 0)), width)
    line, column = rows - _FIRST_LINE + 1, columns + 1
    tile_row, tile_column = (line - _FIRST_PX) // _TILE_PX, (column - _FIRST_PX) // _TILE_PX
    whole = (line >= _FIRST_PX) & (column >= _FIRST_PX)
    whole &= (tile_column + 2) * _TILE_PX < width
    whole &= line + _AROUND_PX // 2 < height - _FIRST_LINE - 1
    rows, columns = rows[whole], columns[whole]
    _, first = np.unique(tile_row[whole] * width + tile_column[whole], return_index=True)
    first.sort()
    return rows[first], columns[first]


def _is_inside(phase: Pixels, x: NDArray[np.intp], y: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether all that touches the place diagonally is finger."""
    width = phase.shape[1]
    wide = cv2.copyMakeBorder(phase, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=NOWHERE).ravel()
    corner = y * (width + 2) + x
    touched = wide[corner[:, None] + np.array([0, 2, 2 * (width + 2), 2 * (width + 3)])]
    return np.asarray((touched != NOWHERE).all(axis=1))


def _directions(
    along: NDArray[np.float32], aside: NDArray[np.float32], x: NDArray[np.intp], y: NDArray[np.intp]
) -> NDArray[np.intp]:
    """At the places given, from every second one around, averaged."""
    sampled = unit(along[_FIRST_LINE - 1 :: 2, 1::2], aside[_FIRST_LINE - 1 :: 2, 1::2])
    at = (y - _FIRST_LINE + 1) // 2, np.maximum(x - 1, 0) // 2
    return turn_of(*(_averaged(part)[at] for part in sampled)) // 2


def _averaged(values: NDArray[np.float32]) -> NDArray[np.float32]:
    side = (_DIRECTION_SIDE, _DIRECTION_SIDE)
    summed = cv2.boxFilter(values, -1, side, normalize=False, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(summed, np.float32)
