"""The ridges of an impression, at the scale at which they are looked at: what minutiae are found in and compared by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.enhancement import enhanced
from appliance.fingerprint.orientation_field import footprint, orientation_field, smoothed
from appliance.fingerprint.unit_vectors import Vectors
from appliance.fingerprint.working_scale import reduced
from drivers.contracts import Pixels


@dataclass(frozen=True)
class Ridges:
    """`clear`: (h, w) uint8 at 333 ppi, the enhanced image. `normals`: (h/4, w/4) each, unit vectors across the ridges
    within half a turn, (0, 0) outside `where`. `where`: (h/4, w/4), the finger. `left_px` and `top_px` of the image
    given, at 500 ppi, are cut off."""

    clear: Pixels
    normals: Vectors
    where: NDArray[np.bool_]
    left_px: int
    top_px: int


def ridges_of(pixels: Pixels) -> Ridges:
    """Of (h, w) uint8 at 500 ppi, ridges dark on light."""
    small = reduced(pixels)
    where = footprint(orientation_field(small.pixels))
    clear = enhanced(small.pixels)
    return Ridges(clear, smoothed(orientation_field(clear), where), where, small.left_px, small.top_px)
