"""The flow of ridges all over an impression, to be read at any place: around a minutia, or wherever two overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.motion import Motion, Places
from appliance.fingerprint.ridges import Ridges
from appliance.fingerprint.unit_vectors import UNIT
from appliance.fingerprint.working_scale import CELL_PX, at_333_ppi

_EVERY_CELLS: Final = 3
"""Where the overlap of two impressions is looked at: every 18 pixels at 500 ppi, two ridges."""
_CELL_500_PX: Final = CELL_PX * 3 / 2


@dataclass(frozen=True)
class Flow:
    """`doubled`: (h + 2, w + 2) complex64 with a rim of nothing, unit vectors at twice the angle of the ridges'
    normals, 0 outside the finger. `sampled`: (k,) places at 500 ppi on a grid over the finger, and `there` the flow."""

    doubled: NDArray[np.complex64]
    sampled: Places
    there: NDArray[np.complex64]
    left_px: int
    top_px: int

    def at(self, places: Places) -> NDArray[np.complex64]:
        """As `doubled`, at the nearest cell."""
        column = _cell(places.real, self.left_px, self.doubled.shape[1])
        row = _cell(places.imag, self.top_px, self.doubled.shape[0])
        return self.doubled[row, column]

    def covers(self, places: Places) -> NDArray[np.bool_]:
        return np.asarray(self.at(places) != 0)


def flow_of(ridges: Ridges) -> Flow:
    x, y = (part * np.float32(1 / UNIT) for part in ridges.normals)
    squared = (x + 1j * y) ** 2
    length = np.abs(squared)
    doubled = np.where(ridges.where & (length > 0), squared / np.where(length > 0, length, 1), 0).astype(np.complex64)
    row, column = np.nonzero(doubled[1::_EVERY_CELLS, 1::_EVERY_CELLS])
    row, column = 1 + row * _EVERY_CELLS, 1 + column * _EVERY_CELLS
    x_px = (column + 0.5) * _CELL_500_PX + ridges.left_px
    y_px = (row + 0.5) * _CELL_500_PX + ridges.top_px
    return Flow(
        np.pad(doubled, 1),
        (x_px + 1j * y_px).astype(np.complex64),
        doubled[row, column],
        ridges.left_px,
        ridges.top_px,
    )


def agreement(a: Flow, b: Flow, motion: Motion) -> float:
    """From -1 to 1: how alike the two flow where they overlap, `motion` having taken `a` onto `b`; 0 if they do not."""
    return (_one_way(a, b, motion) + _one_way(b, a, motion.inverse)) / 2


def _one_way(a: Flow, b: Flow, motion: Motion) -> float:
    met = b.at(motion(a.sampled))
    count = np.count_nonzero(met)
    turned = np.vdot(a.there, met) * np.conj(motion.turn) ** 2
    return float(turned.real) / count if count else 0.0


def _cell(along_px: NDArray[np.float32], cut_px: int, cells: int) -> NDArray[np.intp]:
    """Counted with the rim, which is where all that lies outside falls."""
    place = np.rint(at_333_ppi(along_px, cut_px) * np.float32(1 / CELL_PX) + np.float32(0.625))
    return np.asarray(np.clip(place, 0, cells - 1), np.intp)
