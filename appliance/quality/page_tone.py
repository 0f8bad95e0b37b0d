"""How light a page is and how far its print stands out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels


@dataclass(frozen=True, slots=True)
class PageTone:
    """Grey levels 0 to 255: the brightest twentieth begins at `bright_level`; `contrast` leaves out 2 % at each end."""

    bright_level: float
    contrast: float


def page_tone(grey: Pixels) -> PageTone:
    """From (H, W) uint8, not empty."""
    counts = np.bincount(grey.ravel(), minlength=256).cumsum()
    return PageTone(_percentile(counts, 0.95), _percentile(counts, 0.98) - _percentile(counts, 0.02))


def _percentile(cumulated: NDArray[np.intp], share: float) -> float:
    return float(np.searchsorted(cumulated, share * cumulated[-1]))
