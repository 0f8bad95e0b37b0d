"""What is kept of an impression to be compared with others, prepared once. It is as personal as the
impression, and never spelt out in a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.cylinders import Cylinders, cylinders
from appliance.fingerprint.flow import Flow, flow_of
from appliance.fingerprint.minutiae import Minutiae, minutiae_in
from appliance.fingerprint.motion import Places
from appliance.fingerprint.reliability import reliability
from appliance.fingerprint.ridges import Ridges, ridges_of
from appliance.fingerprint.surroundings import Surroundings, surroundings
from appliance.fingerprint.unit_vectors import TURN
from drivers.contracts import Pixels

MOST: Final = 64
"""Minutiae kept: more of them are the less reliable ones, and a comparison takes longer by their square."""


@dataclass(frozen=True, eq=False, repr=False)
class Template:
    """`places`, `headings` and `weights`: (n,) each, the most reliable first."""

    places: Places
    headings: Places
    weights: NDArray[np.float32]
    cylinders: Cylinders
    surroundings: Surroundings
    flow: Flow

    def __len__(self) -> int:
        return len(self.places)


def template_of(pixels: Pixels) -> Template:
    """Of an impression as `ridges_of` takes it. Raises QualityError: not such an image."""
    ridges = ridges_of(pixels)
    return prepared(ridges, minutiae_in(ridges))


def prepared(ridges: Ridges, minutiae: Minutiae) -> Template:
    """Of what is known already of an impression."""
    weights = reliability(minutiae, ridges)
    kept = np.argsort(-weights, kind="stable")[:MOST]
    places = (minutiae.x[kept] + 1j * minutiae.y[kept]).astype(np.complex64)
    # Directions are counted against the clock, and y runs downwards.
    headings = np.exp(-2j * np.pi / TURN * minutiae.direction[kept]).astype(np.complex64)
    flow = flow_of(ridges)
    return Template(
        places,
        headings,
        weights[kept],
        cylinders(places, headings, weights[kept], flow),
        surroundings(places, headings, flow),
        flow,
    )
