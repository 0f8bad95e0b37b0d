"""Whether a page is the impression of a finger: ridges run in all directions, lines of print in two.

Only pictures as small as a reader's are looked at; a page scanned at 385 ppi is larger.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from appliance.quality.ridge_bands import BLOCK_PX, split_bands, windows
from appliance.quality.ridge_flow import ridge_flow
from drivers.contracts import Pixels

LARGEST_EDGE_PX: Final = 640
_LEAST_RELIEF: Final = 100.0
_RIDGES_FROM: Final = 0.45


def finger_pattern(grey: Pixels) -> float:
    """From (H, W) uint8, taken as 500 ppi: how much of what is printed is ridges running every way, 0 to 1.

    Specimens and drawn pages have up to 0.20, tilted by 45 degrees 0.24; of 240 reference impressions most have more.
    """
    height, width = (side // BLOCK_PX * BLOCK_PX for side in grey.shape)
    if max(grey.shape) > LARGEST_EDGE_PX or min(height, width) < 2 * BLOCK_PX:
        return 0.0
    levels = grey[:height, :width].astype(np.float32)
    bands, flow = split_bands(levels), ridge_flow(levels)
    printed = windows(bands.relief) > _LEAST_RELIEF
    ridges = windows(bands.ridges)[printed] / (windows(bands.relief)[printed] + 1.0)
    if not ridges.size or ridges.mean() < _RIDGES_FROM:
        return 0.0
    # The angle four times over: two directions at right angles are one, however the page lies.
    weight = ridges * flow.coherence[printed]
    cosine, sine = flow.doubled_cosine[printed], flow.doubled_sine[printed]
    one_way = np.hypot((weight * (cosine**2 - sine**2)).mean(), (weight * 2.0 * cosine * sine).mean())
    return float(weight.mean() - one_way)
