"""How much skin shows usable ridges: the measure that says most about an impression."""

from __future__ import annotations

import numpy as np

from appliance.quality.foreground import Mask
from appliance.quality.ridge_bands import BLOCK_PX, Grid, RidgeBands, windows
from appliance.quality.ridge_flow import RidgeFlow

_RESOLUTION_PPI, _MM_PER_INCH = 500, 25.4
BLOCK_MM2 = (BLOCK_PX / _RESOLUTION_PPI * _MM_PER_INCH) ** 2
_FROM, _TO = 0.45, 0.80
"""The share of a window's structure that must be ridge: none counts below the first, all from the second on."""


def ridge_share(bands: RidgeBands) -> Grid:
    """Per window, the share of its structure whose period is a ridge's, 0 to 1."""
    return np.asarray(windows(bands.ridges) / (windows(bands.relief) + 1.0), np.float32)


def usable_ridge_area_mm2(bands: RidgeBands, flow: RidgeFlow, where: Mask) -> float:
    """Square millimetres, each window weighted by how much of it is ridge and how clearly it runs."""
    clear = np.clip((ridge_share(bands)[where] - _FROM) / (_TO - _FROM), 0.0, 1.0)
    return float((clear * flow.coherence[where]).sum() * BLOCK_MM2)
