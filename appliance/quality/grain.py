"""How much of an impression's structure is finer than any ridge: a sensor's noise, dry skin, dirt."""

from __future__ import annotations

import numpy as np

from appliance.quality.foreground import Mask
from appliance.quality.ridge_bands import RidgeBands, windows


def grain_share(bands: RidgeBands, where: Mask) -> float:
    """Mean share of structure with periods under about 3.2 pixels, 0 to 1."""
    return float((windows(bands.grain)[where] / (windows(bands.relief)[where] + 1.0)).mean())


def grain_amount(share: float) -> float:
    """The same as an amplitude, on which scores depend evenly."""
    return float(np.sqrt(share))
