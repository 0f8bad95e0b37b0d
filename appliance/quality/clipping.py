"""How much of an image lies at the ends of the scale, where differences are lost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NEAR_BLACK, NEAR_WHITE = 4, 251


def clipped_shares(levels: NDArray[np.uint8]) -> tuple[float, float]:
    """The shares of pixels that are (near) black and (near) white, 0 to 1. `levels` is not empty."""
    counts = np.bincount(levels.ravel(), minlength=256)
    return float(counts[: NEAR_BLACK + 1].sum() / levels.size), float(counts[NEAR_WHITE:].sum() / levels.size)
