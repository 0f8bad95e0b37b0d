"""What lies around a minutia, as a cylinder: where its neighbours are and how they are turned, seen from itself.

Minutia Cylinder-Code (Cappelli, Ferrara, Maltoni, IEEE Transactions on Pattern Analysis and Machine Intelligence 32,
2010), with its 8 x 8 base. Ours differ in two points: a neighbour counts as far as it is to be believed, and a cell is
the root of what falls into it, not a sigmoid, so that a cluster of false minutiae weighs less and none saturates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.flow import Flow
from appliance.fingerprint.motion import Places

_RADIUS_PX: Final = 70.0
_SIDE_CELLS: Final = 8
_TURN_CELLS: Final = 6
_SPREAD_PX: Final = 28 / 3
_SPREAD_RAD: Final = 2 * np.pi / 9
_LEAST_COMMON: Final = 0.35
"""Of a cylinder's cells, to be on the finger in both."""
_LEAST: Final = 1e-6


def _base() -> NDArray[np.complex64]:
    along = (np.arange(_SIDE_CELLS) - (_SIDE_CELLS - 1) / 2) * (2 * _RADIUS_PX / _SIDE_CELLS)
    x, y = np.meshgrid(along, along)
    inside = np.hypot(x, y) <= _RADIUS_PX
    return np.asarray(x[inside] + 1j * y[inside], np.complex64)


_BASE: Final = _base()
"""(52,): the cells' centres around a minutia that heads to the right."""
_TURNS_RAD: Final = ((np.arange(_TURN_CELLS) + 0.5) * (2 * np.pi / _TURN_CELLS)).astype(np.float32)


@dataclass(frozen=True)
class Cylinders:
    """`values`: (6, n, 52) float32, by turn, 0 outside the finger. `seen`: (n, 52) float32, 1 where a cell is on the
    finger, else 0. `energy`: (n, 52) float32, the values' squares summed over the turns.

    Turn by turn, so that no product of two impressions' is so large that OpenBLAS spreads it over threads: they cost
    more than they save, on a busy box tenfold.
    """

    values: NDArray[np.float32]
    seen: NDArray[np.float32]
    energy: NDArray[np.float32]


def cylinders(places: Places, headings: Places, weights: NDArray[np.float32], flow: Flow) -> Cylinders:
    """Of n minutiae, each believed as far as its weight says, from 0 to 1."""
    count = len(places)
    cells = places[:, None] + headings[:, None] * _BASE
    seen = flow.covers(cells).astype(np.float32)
    apart = cells[:, :, None] - places
    near = np.exp((apart.real**2 + apart.imag**2) * np.float32(-0.5 / _SPREAD_PX**2)) * weights
    each = np.arange(count)
    near[each, :, each] = 0
    turned = np.angle(headings[:, None] * np.conj(headings))
    off = np.abs(turned[:, :, None] - _TURNS_RAD) % np.float32(2 * np.pi)
    off = np.minimum(off, np.float32(2 * np.pi) - off)
    alike = np.exp(off * off * np.float32(-0.5 / _SPREAD_RAD**2))
    values = np.ascontiguousarray((np.sqrt(near @ alike) * seen[:, :, None]).transpose(2, 0, 1))
    return Cylinders(values, seen, np.square(values).sum(axis=0))


def similarity(a: Cylinders, b: Cylinders) -> NDArray[np.float32]:
    """(n, m) from 0 to 1, over the cells that both see; 0 where these are too few."""
    own, other = a.energy @ b.seen.T, a.seen @ b.energy.T
    both = (a.values @ b.values.transpose(0, 2, 1)).sum(axis=0)
    distance = np.sqrt(np.maximum(own + other - 2 * both, 0))
    alike = 1 - distance / (np.sqrt(own) + np.sqrt(other) + np.float32(_LEAST))
    return np.where(a.seen @ b.seen.T > _LEAST_COMMON * len(_BASE), alike, np.float32(0))
