"""What every image of fingers has to be before it is looked at."""

from __future__ import annotations

import numpy as np

from appliance.errors import QualityError
from drivers.contracts import Pixels


def require_grey(pixels: Pixels, least_edge_px: int = 0) -> None:
    """Raises QualityError unless it is (h, w) uint8, so high and wide at least. Its size is not judged but for that."""
    if pixels.ndim != 2 or pixels.dtype != np.uint8:
        raise QualityError("An image of fingers has one grey value of 8 bits for each pixel: this one does not.")
    if min(pixels.shape) < least_edge_px:
        raise QualityError(f"An impression is at least {least_edge_px} pixels high and wide: this one is not.")
