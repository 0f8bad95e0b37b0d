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
from appliance.fingerprint.forks import forks
from appliance.fingerprint.phase import phase
from appliance.fingerprint.ridges import Ridges, ridges_of
from appliance.fingerprint.unit_vectors import TURN
from appliance.fingerprint.working_scale import at_500_ppi
from drivers.contracts import Pixels

MOST: Final = 255
_LAG_X_PX, _LAG_Y_PX = 1, 6
_ASIDE: Final = 2
"""A fork is looked for a little to either side of its neighbourhood's direction, in 256ths of a turn."""
_CLEAR: Final = 105
"""From which response on a minutia is surely an ending or surely a bifurcation."""


@dataclass(frozen=True, repr=False)
class Minutiae:
    """(n,) each, the clearest first. `x`, `y`: pixels at 500 ppi of the image given. `direction`: 256ths of a turn,
    counterclockwise from the right, along the ridge that ends, or between those that a fork opens to (ISO/IEC 19794-2).
    `kind`: 1 ending, 2 bifurcation, 0 unclear. `quality`: 0 to 100."""

    x: NDArray[np.intp]
    y: NDArray[np.intp]
    direction: NDArray[np.intp]
    kind: NDArray[np.uint8]
    quality: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.x)


def find_minutiae(pixels: Pixels) -> Minutiae:
    """Of an impression as `ridges_of` takes it. Raises QualityError: not such an image."""
    return minutiae_in(ridges_of(pixels))


def minutiae_in(ridges: Ridges) -> Minutiae:
    if not ridges.where.any():
        nothing = np.empty(0, np.intp)
        return Minutiae(nothing, nothing, nothing, nothing.astype(np.uint8), nothing.astype(np.uint8))
    wave = phase(ridges.clear, ridges.normals)
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
        at_500_ppi(at_x[best] + ridges.left_333_px, ridges.cut_left_px, _LAG_X_PX),
        at_500_ppi(at_y[best] + ridges.top_333_px, ridges.cut_top_px, _LAG_Y_PX),
        (TURN // 4 - turned) & (TURN - 1),
        kind.astype(np.uint8),
        np.minimum(response * 100 // 255, 100).astype(np.uint8),
    )
