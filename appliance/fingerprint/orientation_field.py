"""How the ridges lie, in cells of 4 x 4 pixels, and where there are any.

By the second derivatives of the smoothed image: a ridge is curved across and straight along, which tells its
direction also where it is a single pixel wide (Freeman and Adelson, The Design and Use of Steerable Filters, 1991).
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.running_rows import INNER, run_on
from appliance.fingerprint.unit_vectors import Vectors, of_turn, turn_of, unit
from appliance.fingerprint.working_scale import CELL_PX
from drivers.contracts import Pixels

_CROSS: Final = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.float32)
_SMOOTHING: Final = np.asarray(cv2.filter2D(np.pad(_CROSS, 1), -1, _CROSS, borderType=cv2.BORDER_REPLICATE), np.float32)
_ACROSS: Final = np.outer([1, 2, 1], [1, -2, 1]).astype(np.float32)
"""The second derivative across, smoothed along."""
_CURVATURE: Final = _ACROSS + _ACROSS.T
_DIFFERENCE: Final = _ACROSS - _ACROSS.T
_TWIST: Final = 2 * np.outer([1, 0, -1], [1, 0, -1]).astype(np.float32)
"""Each has but four or five taps that are not nothing."""
_CLEAR: Final = 50_000
"""Of a cell's sum of squared curvature, in 127ths: less is no ridge."""
_AGREED: Final = 128
_TRIANGLE: Final = np.array([1, 2, 3, 4, 5, 4, 3, 2, 1], np.float32)
_UNSEEN_PX: Final = 2
"""Lines at the top that the reference does not look at."""


def orientation_field(pixels: Pixels) -> Vectors:
    """(h/4, w/4) each: unit vectors at twice the angle of the ridges' normals; (0, 0) where there is no ridge."""
    dark = run_on(255 - pixels)
    dark[:_UNSEEN_PX] = 0
    smooth = _filtered(dark, _SMOOTHING)
    curvature, difference, twist = (_filtered(smooth, taps) for taps in (_CURVATURE, _DIFFERENCE, _TWIST))
    x = _over_cells((curvature * difference)[INNER])
    y = _over_cells((curvature * twist)[INNER])
    field = unit(x, y, _CLEAR)
    for part in field:
        part[-1] = 0
    return field


def _filtered(pixels: NDArray[np.float32], taps: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.filter2D(pixels, -1, taps, borderType=cv2.BORDER_REPLICATE), np.float32)


def _over_cells(values: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = values.shape
    mean = cv2.resize(values, (width // CELL_PX, height // CELL_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(mean * np.float32(CELL_PX**2), np.float32)


def footprint(field: Vectors) -> NDArray[np.bool_]:
    """(h/4, w/4): where the finger is, without holes."""
    found = (field[0] != 0) | (field[1] != 0)
    for side, least in ((3, 3), (5, 11), (5, 11)):
        found = _more_than(found, side, least)
    found = _between(found)
    found = _between(found.T).T
    for _ in range(2):
        found = _more_than(found, 5, 14)
    return found


def _more_than(found: NDArray[np.bool_], side: int, least: int) -> NDArray[np.bool_]:
    """Whether more than so many of the cells around are set."""
    around = cv2.boxFilter(found.astype(np.float32), -1, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(around > least + 0.5)


def _between(found: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """In each row all from the first to the last."""
    return np.maximum.accumulate(found, axis=1) & np.maximum.accumulate(found[:, ::-1], axis=1)[:, ::-1]


def smoothed(field: Vectors, where: NDArray[np.bool_]) -> Vectors:
    """Unit vectors along the ridges' normals, at the angle itself and within half a turn, as the neighbourhood has
    them; (0, 0) outside `where`."""
    agreed = tuple(np.where(where, part, np.float32(0)) for part in unit(*_spread(field), least=_AGREED))
    x, y = of_turn(turn_of(*_spread((agreed[0], agreed[1]))) // 2)
    return np.where(where, x, np.float32(0)), np.where(where, y, np.float32(0))


def _spread(field: Vectors) -> Vectors:
    x, y = (
        cv2.sepFilter2D(part, -1, _TRIANGLE, _TRIANGLE, borderType=cv2.BORDER_REPLICATE).astype(np.float32, copy=False)
        for part in field
    )
    return x, y
