"""How far ridges stand out from valleys."""

from __future__ import annotations

import numpy as np

from appliance.quality.foreground import Mask
from appliance.quality.ridge_bands import RidgeBands, windows


def ridge_contrast(bands: RidgeBands, where: Mask) -> float:
    """Mean standard deviation within a window, grey levels 0 to 127."""
    return float(np.sqrt(windows(bands.relief)[where]).mean())
