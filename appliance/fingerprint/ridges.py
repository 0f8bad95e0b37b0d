"""The ridges of an impression, at the scale at which they are looked at: what minutiae are found in and compared by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.enhancement import enhanced
from appliance.fingerprint.grey_image import require_grey
from appliance.fingerprint.orientation_field import footprint, orientation_field, smoothed
from appliance.fingerprint.unit_vectors import Vectors
from appliance.fingerprint.working_scale import CELL_PX, reduced
from drivers.contracts import Pixels

LEAST_EDGE_PX: Final = 64
_MARGIN_CELLS: Final = 5
_STEP_CELLS: Final = 3
"""Corners are looked for in tiles of 3 x 3 pixels, which are to lie as in the whole image."""


@dataclass(frozen=True)
class Ridges:
    """The part of an impression that has the finger in it. `clear`: (h, w) uint8 at 333 ppi, the enhanced image.
    `normals`: (h/4, w/4) each, unit vectors across the ridges within half a turn, (0, 0) outside `where`. `where`:
    (h/4, w/4), the finger. It begins at `left_333_px` and `top_333_px` of the reduced image, for which `cut_left_px`
    and `cut_top_px` of the image given, at 500 ppi, were cut off."""

    clear: Pixels
    normals: Vectors
    where: NDArray[np.bool_]
    left_333_px: int
    top_333_px: int
    cut_left_px: int
    cut_top_px: int

    @property
    def left_px(self) -> int:
        """Where it begins in the image given, at 500 ppi."""
        return self.cut_left_px + self.left_333_px * 3 // 2

    @property
    def top_px(self) -> int:
        return self.cut_top_px + self.top_333_px * 3 // 2


def ridges_of(pixels: Pixels) -> Ridges:
    """Of (h, w) uint8 at 500 ppi, ridges dark on light, at least `LEAST_EDGE_PX` high and wide. Raises QualityError:
    not such an image."""
    require_grey(pixels, LEAST_EDGE_PX)
    small = reduced(pixels)
    covered = footprint(orientation_field(small.pixels))
    rows, columns = _around(covered)
    where = covered[rows, columns]
    top, left = rows.start * CELL_PX, columns.start * CELL_PX
    clear = enhanced(small.pixels, covered)[top : rows.stop * CELL_PX, left : columns.stop * CELL_PX]
    normals = smoothed(orientation_field(clear), where)
    return Ridges(clear, normals, where, left, top, small.left_px, small.top_px)


def _around(covered: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Of the cells, those with the finger and what the filters see beside it: the rest need not be looked at."""
    if not covered.any():
        return slice(0, covered.shape[0]), slice(0, covered.shape[1])
    rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
    return (
        slice(_begin(rows[0]), int(rows[-1]) + 1 + _MARGIN_CELLS),
        slice(_begin(columns[0]), int(columns[-1]) + 1 + _MARGIN_CELLS),
    )


def _begin(first: np.intp) -> int:
    return max(0, int(first) - _MARGIN_CELLS) // _STEP_CELLS * _STEP_CELLS
