"""Orientation certainty in each region, and orientation flow between neighbouring ones."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from appliance.quality.nfiq2.regions import Covariance

CERTAINTY_PREFIX: Final = "OCL_Bin10_"
CERTAINTY_BOUNDS: Final = np.array([0.337, 0.479, 0.579, 0.655, 0.716, 0.766, 0.81, 0.852, 0.898])
FLOW_PREFIX: Final = "OF_Bin10_"
FLOW_BOUNDS: Final = np.array([1.715e-2, 3.5e-2, 5.57e-2, 8.1e-2, 1.15e-1, 1.718e-1, 2.569e-1, 4.758e-1, 7.48e-1])
_LEAST_RAD: Final = np.radians(4.0)
_RANGE_RAD: Final = np.radians(86.0)
_NEIGHBOURS: Final = 8


def certainty(of: Covariance) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(rows, columns): 0 where no orientation prevails, 1 where there is but one; and where there is any gradient."""
    spread = np.hypot(of.xx - of.yy, 2 * of.xy)
    greatest = of.xx + of.yy + spread
    least = of.xx + of.yy - spread
    has_gradient = greatest > 0
    return 1 - least / np.where(has_gradient, greatest, 1.0), has_gradient


def flow(angles_rad: NDArray[np.float64], foreground: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(k,) of the regions all of whose neighbours are foreground and whose angle differs from theirs by more than
    four degrees: from 0 to 1."""
    surrounded = _around(foreground).all(axis=0)
    difference = np.abs(angles_rad - _around(angles_rad)).sum(axis=0) / _NEIGHBOURS
    return np.asarray((difference[surrounded & (difference > _LEAST_RAD)] - _LEAST_RAD) / _RANGE_RAD)


def _around(values: NDArray[Any]) -> NDArray[Any]:
    """(9, rows, columns): of each region those around and itself, 0 outside the image."""
    rows, columns = values.shape
    wide = np.zeros((rows + 2, columns + 2), values.dtype)
    wide[1:-1, 1:-1] = values
    return np.stack([wide[at // 3 : at // 3 + rows, at % 3 : at % 3 + columns] for at in range(9)])
