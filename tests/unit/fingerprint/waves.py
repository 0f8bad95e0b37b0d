"""Ridges as waves, with minutiae exactly where one wants them.

A turn of the phase by one wave around a place is where a ridge ends or forks (Larkin and Fletcher, A Coherent Framework
for Fingerprint Analysis, 2007).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from drivers.contracts import Pixels

PERIOD_PX = 9.0


def ridges(
    height: int,
    width: int,
    *,
    across_deg: float = 90.0,
    spirals: Iterable[tuple[float, float, int]] = (),
    contrast: float = 100.0,
    period_px: float = PERIOD_PX,
) -> Pixels:
    """(height, width) uint8: ridges across `across_deg` (from the right towards the bottom) with a minutia at each
    (x, y, sign), within an ellipse of white glass."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    angle = np.radians(across_deg)
    phase = (x * np.cos(angle) + y * np.sin(angle)) * (2 * np.pi / period_px)
    for at_x, at_y, sign in spirals:
        phase += sign * np.arctan2(y - at_y, x - at_x)
    grey = 255 - contrast * (1 + np.cos(phase))
    outside = ((x - width / 2) / (width * 0.46)) ** 2 + ((y - height / 2) / (height * 0.46)) ** 2 > 1
    grey[outside] = 255
    return np.asarray(np.clip(grey, 0, 255), np.uint8)
