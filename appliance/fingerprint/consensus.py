"""Which pairs of alike minutiae belong together: those that one turn and shift of the finger explain.

The pairs are the points of a graph, its edges say how well two of them agree, and the largest eigenvalue of its matrix
is the weight of the strongest group of agreeing pairs (Leordeanu and Hebert, A Spectral Technique for Correspondence
Problems Using Pairwise Constraints, ICCV 2005). How two pairs agree is weighed as in Minutia Cylinder-Code's relaxation
(Cappelli, Ferrara, Maltoni 2010).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.motion import STILL, Motion, Places, fitted
from appliance.fingerprint.sigmoid import sigmoid
from appliance.fingerprint.template import Template

_PAIRS: Final = 32
_DISTANCE_PX, _DISTANCE_SLOPE = 8.0, -1.6
_ANGLE_RAD, _ANGLE_SLOPE = np.pi / 12, -30.0
_SQUARINGS: Final = 5
"""The 32nd power of a matrix, by which its largest eigenvalue stands alone."""
_LEAST: Final = 1e-12


@dataclass(frozen=True)
class Consensus:
    """`strength`: about as many as there are good pairs that agree. `motion`: by them, what takes a onto b."""

    strength: float
    motion: Motion


NONE: Final = Consensus(0.0, STILL)


def consensus(a: Template, b: Template, alike: NDArray[np.float32]) -> Consensus:
    """`alike`: (n, m) from 0 to 1, of every minutia with every other."""
    of_a, of_b = _best_pairs(alike)
    if not len(of_a):
        return NONE
    own = a.places[of_a], a.headings[of_a]
    other = b.places[of_b], b.headings[of_b]
    agreed = _agreement(*own, *other)
    agreed[(of_a[:, None] == of_a) | (of_b[:, None] == of_b)] = 0
    root = np.sqrt(alike[of_a, of_b])
    agreed *= root[:, None] * root
    share = _principal(agreed)
    return Consensus(float(share @ agreed @ share), fitted(*own, *other, share))


def _best_pairs(alike: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Those that stand out of all that either of the two could be paired with."""
    rivals = alike.sum(axis=1, keepdims=True) + alike.sum(axis=0, keepdims=True) - alike
    standing = (alike / (rivals + np.float32(1e-3))).ravel()
    kept = np.argpartition(-standing, _PAIRS)[:_PAIRS] if standing.size > _PAIRS else np.arange(standing.size)
    kept = kept[standing[kept] > 0]
    return np.divmod(kept, alike.shape[1])


def _agreement(a: Places, a_headings: Places, b: Places, b_headings: Places) -> NDArray[np.float32]:
    """(k, k) from 0 to 1: how far two pairs keep their distance, the angles at which they see each other and the turn
    between their headings."""
    seen_a = (a - a[:, None]) * np.conj(a_headings)[:, None]
    seen_b = (b - b[:, None]) * np.conj(b_headings)[:, None]
    turns = b_headings * np.conj(a_headings)
    stretched = np.abs(np.abs(seen_a) - np.abs(seen_b))
    bearing = np.abs(np.angle(seen_b * np.conj(seen_a)))
    turned = np.abs(np.angle(turns * np.conj(turns)[:, None]))
    return (
        sigmoid(stretched, _DISTANCE_PX, _DISTANCE_SLOPE)
        * sigmoid(np.maximum(bearing, bearing.T), _ANGLE_RAD, _ANGLE_SLOPE)
        * sigmoid(turned, _ANGLE_RAD, _ANGLE_SLOPE)
    )


def _principal(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """The unit vector of the largest eigenvalue of a symmetric matrix without negative entries."""
    power = matrix
    for _ in range(_SQUARINGS):
        power = power @ power
        power = power / np.float32(max(float(power.max()), _LEAST))
    vector = power.sum(axis=1)
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / np.float32(length)) if length > _LEAST else vector
