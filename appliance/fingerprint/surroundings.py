"""How the ridges flow around a minutia, seen from itself: on four rings, the widest beyond its neighbours.

After Tico and Kuosmanen (Fingerprint Matching Using an Orientation-Based Minutia Descriptor, IEEE Transactions on
Pattern Analysis and Machine Intelligence 25, 2003).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.flow import Flow
from appliance.fingerprint.motion import Places

_RINGS: Final = ((18.0, 8), (36.0, 12), (54.0, 16), (72.0, 20))
"""Radius in pixels at 500 ppi, and places on it."""
_AROUND: Final = np.concatenate(
    [radius * np.exp(2j * np.pi * np.arange(count) / count) for radius, count in _RINGS]
).astype(np.complex64)
_LEAST_COMMON: Final = 0.3


@dataclass(frozen=True)
class Surroundings:
    """`x` and `y`: (n, 56) float32, unit vectors at twice the angle between the ridges and the minutia, 0 outside the
    finger; apart for the same reason as a cylinder's turns. `seen`: (n, 56) float32, 1 or 0."""

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    seen: NDArray[np.float32]


def surroundings(places: Places, headings: Places, flow: Flow) -> Surroundings:
    met = flow.at(places[:, None] + headings[:, None] * _AROUND)
    seen = (met != 0).astype(np.float32)
    own = met * np.conj(headings[:, None] ** 2)
    return Surroundings(np.ascontiguousarray(own.real), np.ascontiguousarray(own.imag), seen)


def similarity(a: Surroundings, b: Surroundings) -> NDArray[np.float32]:
    """(n, m) from 0 to 1: the mean cosine of twice the angle between them, where both see the finger."""
    common = a.seen @ b.seen.T
    cosine = (a.x @ b.x.T + a.y @ b.y.T) / np.maximum(common, 1)
    return np.where(common > _LEAST_COMMON * len(_AROUND), np.maximum(cosine, 0), np.float32(0))
