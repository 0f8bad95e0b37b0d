"""Minutiae of an impression: where ridges end and where they fork.

The method is that of FingerJetFX OSE (Ivanisov, Chen, Prabhakar; HID Global), whose minutiae NFIQ 2 counts, in our own
words and on whole arrays: the wave's phase, corners in it, and filters that look like a fork.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.corners import corners
from appliance.fingerprint.enhancement import enhanced
from appliance.fingerprint.forks import forks
from appliance.fingerprint.orientation_field import footprint, orientation_field, smoothed
from appliance.fingerprint.phase import phase
from appliance.fingerprint.unit_vectors import TURN
from appliance.fingerprint.working_scale import CELL_PX, at_500_ppi, reduced
from drivers.contracts import Pixels

LEAST_EDGE_PX: Final = 64
MOST: Final = 255
_LAG_X_PX, _LAG_Y_PX = 1, 6
_MARGIN_CELLS: Final = 5
_STEP_CELLS: Final = 3
"""Corners are looked for in tiles of 3 x 3 pixels, which are to lie as in the whole image."""
_ASIDE: Final = 2
"""A fork is looked for a little to either side of its neighbourhood's direction, in 256ths of a turn."""
_CLEAR: Final = 105
"""From which response on a minutia is surely an ending or surely a bifurcation."""


@dataclass(frozen=True)
class Minutiae:
    """(n,) each, the clearest first. `x`, `y`: pixels at 500 ppi of the image given. `direction`: 256ths of a turn,
    counterclockwise from the right, along the ridge that ends, or between those that a fork opens to (ISO/IEC 19794-2).
    `kind`: 1 ending, 2 bifurcation, 0 unclear. `quality`: 0 to 100."""

    x: NDArray[np.intp]
    y: NDArray[np.intp]
    direction: NDArray[np.intp]
    kind: NDArray[np.uint8]
    quality: NDArray[np.uint8]
    foreground_px: int

    def __len__(self) -> int:
        return len(self.x)


def find_minutiae(pixels: Pixels) -> Minutiae:
    """Of (h, w) uint8 at 500 ppi, ridges dark on light, at least `LEAST_EDGE_PX` high and wide."""
    small = reduced(pixels)
    covered = footprint(orientation_field(small.pixels))
    if not covered.any():
        nothing = np.empty(0, np.intp)
        return Minutiae(nothing, nothing, nothing, nothing.astype(np.uint8), nothing.astype(np.uint8), 0)
    rows, columns = _around(covered)
    where = covered[rows, columns]
    top, left = rows.start * CELL_PX, columns.start * CELL_PX
    clear = enhanced(small.pixels, covered)[top : rows.stop * CELL_PX, left : columns.stop * CELL_PX]
    wave = phase(clear, smoothed(orientation_field(clear), where))
    found = corners(wave)
    count = len(found.x)
    at_x, at_y = np.tile(found.x, 2), np.tile(found.y, 2)
    direction = np.concatenate([found.direction - _ASIDE, found.direction + _ASIDE]) & (TURN - 1)
    seen = forks(wave, at_x, at_y, direction)
    other = seen.response[count:] > seen.response[:count]
    best = np.arange(count) + np.where(other, count, 0)
    best = best[seen.response[best] > 0]
    best = best[np.argsort(-seen.response[best], kind="stable")][:MOST]
    response = seen.response[best]
    turned = direction[best] + np.where(seen.is_turned[best], TURN // 2, 0)
    kind = np.where(response > _CLEAR, np.where(seen.is_ending[best], 1, 2), 0)
    return Minutiae(
        at_500_ppi(at_x[best] + left, small.left_px, _LAG_X_PX),
        at_500_ppi(at_y[best] + top, small.top_px, _LAG_Y_PX),
        (TURN // 4 - turned) & (TURN - 1),
        kind.astype(np.uint8),
        np.minimum(response * 100 // 255, 100).astype(np.uint8),
        int(covered.sum()) * (CELL_PX * 3 // 2) ** 2,
    )


def _around(covered: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Of the cells, those with the finger and what the filters see beside it: the rest need not be looked at."""
    rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
    return (
        slice(_begin(rows[0]), int(rows[-1]) + 1 + _MARGIN_CELLS),
        slice(_begin(columns[0]), int(columns[-1]) + 1 + _MARGIN_CELLS),
    )


def _begin(first: np.intp) -> int:
    return max(0, int(first) - _MARGIN_CELLS) // _STEP_CELLS * _STEP_CELLS
