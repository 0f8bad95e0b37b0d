"""How likely two impressions are of the same finger, by what agrees in them: not a probability, a score from 0 to 1.

Three findings are multiplied, as each can be fooled where the others are not: how strong a group of alike minutiae
agrees on one motion; after that motion, how many of all the minutiae in the overlap have a counterpart that is alike;
and whether the ridges flow alike all over the overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.consensus import consensus
from appliance.fingerprint.cylinders import similarity as neighbours_alike
from appliance.fingerprint.flow import agreement
from appliance.fingerprint.motion import STILL, Motion
from appliance.fingerprint.surroundings import similarity as surroundings_alike
from appliance.fingerprint.template import Template

ALGORITHM: Final = "claim-kiosk-fingerprint-comparison/1"

_HALF_STRENGTH: Final = 4.0
_SPREAD_PX, _SPREAD_RAD = 12.0, 0.3
"""Of a minutia from where its counterpart comes to lie: skin stretches."""
_FEW: Final = 20.0
"""So much weight of minutiae without a counterpart is added to every overlap: a small one proves little."""


@dataclass(frozen=True)
class Comparison:
    """`score` from 0 to 1; `motion` takes the first impression onto the second."""

    score: float
    motion: Motion


NOTHING: Final = Comparison(0.0, STILL)


def compare(a: Template, b: Template) -> Comparison:
    """The same score whichever comes first."""
    if not len(a) or not len(b):
        return NOTHING
    flowing = surroundings_alike(a.surroundings, b.surroundings)
    alike = neighbours_alike(a.cylinders, b.cylinders) * flowing * flowing
    believed = np.sqrt(a.weights)[:, None] * np.sqrt(b.weights)
    agreed = consensus(a, b, alike * believed)
    strength = agreed.strength / (agreed.strength + _HALF_STRENGTH)
    support = _support(a, b, alike, agreed.motion)
    flow = max(agreement(a.flow, b.flow, agreed.motion), 0.0)
    return Comparison(float(np.sqrt(strength * support)) * flow * flow, agreed.motion)


def _support(a: Template, b: Template, alike: NDArray[np.float32], motion: Motion) -> float:
    """From 0 to 1: of the minutiae that lie on the other finger too, the share that has a counterpart there."""
    moved = motion(a.places)
    away = np.abs(moved[:, None] - b.places)
    turned = (a.headings * np.complex64(motion.turn))[:, None] * np.conj(b.headings)
    # For small angles one minus the cosine is half their square.
    far = away * away * np.float32(0.5 / _SPREAD_PX**2) + (1 - turned.real) * np.float32(1 / _SPREAD_RAD**2)
    near = np.exp(-far)
    matched = near * alike
    of_a = a.weights * b.flow.covers(moved)
    of_b = b.weights * a.flow.covers(motion.inverse(b.places))
    found = of_a @ matched.max(axis=1) + of_b @ matched.max(axis=0)
    return float(found / (of_a.sum() + of_b.sum() + np.float32(_FEW)))
