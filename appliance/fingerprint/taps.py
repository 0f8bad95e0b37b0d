"""Filters by half of their taps: from the middle to one end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def even(*taps: float) -> NDArray[np.float32]:
    """The same to either side."""
    return np.array([*taps[:0:-1], *taps], np.float32)


def odd(*taps: float) -> NDArray[np.float32]:
    """Negative on the other side."""
    return np.array([*(-tap for tap in taps[:0:-1]), *taps], np.float32)
