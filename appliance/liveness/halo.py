"""Whether a rim runs around the print, lighter or darker than both skin and glass, as a film's or a mould's edge does.

A careful measure: moisture, and readers that are swept over, make rims of their own.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.liveness.grading import graded, ramp
from appliance.liveness.impression import Grid, Impression, Mask
from appliance.model.liveness import Hint

CODE = "halo"
_LEAST_CELLS = 40
_CELL_PX = 8
_RINGS = (*range(-8, 0), *range(1, 7))
"""Cells of 0.4 mm from where structure begins, inwards and outwards."""
_LIGHT_LEVELS, _DARK_LEVELS = (20.0, 70.0), (-50.0, -110.0)
"""From no hint to a whole one. Among the reference impressions, light rims come to 0 and those of wet skin to -40."""
_ALL_AROUND = 0.6


def halo(impression: Impression) -> Hint:
    """Of an impression with a finger on it."""
    height, width = impression.grey.shape
    cells = cv2.resize(impression.grey, (width // _CELL_PX, height // _CELL_PX), interpolation=cv2.INTER_AREA)
    levels = cells.astype(np.float32)
    from_edge = _cells_from_edge(_halved(impression.finger))
    glass, skin = levels[from_edge > _RINGS[-1]], levels[_halved(impression.ridged)]
    if min(len(glass), len(skin)) < _LEAST_CELLS:
        return Hint(code=CODE, omitted="no-glass-around")
    dark, light = sorted((float(np.median(glass)), float(np.median(skin))))
    rings = [_beyond(levels[from_edge == ring], dark, light) for ring in _RINGS]
    rim = max(rings, key=abs)
    return graded(CODE, ramp(rim, *(_LIGHT_LEVELS if rim > 0 else _DARK_LEVELS)), rim_levels=rim)


def _beyond(ring: Grid, dark: float, light: float) -> float:
    """By how many grey levels a ring is lighter than the light, or darker than the dark (below 0), most of it."""
    if len(ring) < _LEAST_CELLS:
        return 0.0
    ordered, last = np.sort(ring), len(ring) - 1
    lightest, darkest = float(ordered[round((1.0 - _ALL_AROUND) * last)]), float(ordered[round(_ALL_AROUND * last)])
    return max(lightest - light, 0.0) or min(darkest - dark, 0.0)


def _halved(blocks: Mask) -> Mask:
    """Blocks of 16 pixels as cells of 8."""
    return np.repeat(np.repeat(blocks, 2, axis=0), 2, axis=1)


def _cells_from_edge(finger: Mask) -> NDArray[np.int32]:
    """Per cell: -1 for the finger's outermost, -2 for the next; 1 for the nearest off it, 2 for the next."""
    off = np.pad((~finger).astype(np.uint8), 1, constant_values=1)
    # What lies within an outline belongs to it: a rim may be so even that there is no structure in it.
    _, labels = cv2.connectedComponents(off, connectivity=4)
    outside = (labels == labels[0, 0]).astype(np.uint8)
    inwards = cv2.distanceTransform(1 - outside, cv2.DIST_C, 3)
    outwards = cv2.distanceTransform(outside, cv2.DIST_C, 3)
    return np.asarray(np.rint(outwards - inwards)[1:-1, 1:-1], np.int32)
