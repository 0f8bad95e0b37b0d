"""Local clarity: how well the grey values of ridges and of valleys are apart."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.quality.nfiq2.ridges import Changes, changes, profile
from drivers.contracts import Pixels

PREFIX: Final = "LCS_Bin10_"
BOUNDS: Final = np.array([0.0, 0.70, 0.74, 0.77, 0.79, 0.81, 0.83, 0.85, 0.87])
_WIDEST_PX: Final = 20.0
"""A ridge or valley of 5 pixels at 125 ppi, at 500: widths are told as parts of it."""
_RIDGE: Final = (3.0 / _WIDEST_PX, 10.0 / _WIDEST_PX)
_VALLEY: Final = (2.0 / _WIDEST_PX, 10.0 / _WIDEST_PX)
"""What the mean width may be."""
_LIGHTEST: Final = 255


def lcs(blocks: Pixels) -> NDArray[np.float64]:
    """(n,) of (16, 32, n) uint8, along the ridges and across them: 1 where no ridge is as light, and no valley as dark,
    as the line between them; 0 where ridges or valleys are too thin or too thick."""
    found = profile(blocks)
    along, across, count = blocks.shape
    between = changes(found.is_ridge)
    of_ridge = found.is_ridge[between.block, between.after]
    usual = _in(_mean_width(between, of_ridge, count), _RIDGE)
    usual &= _in(_mean_width(between, ~of_ridge, count), _VALLEY)
    dark_in_column = _below(blocks, np.ascontiguousarray(found.line.T)).view(np.uint8).sum(axis=0, dtype=np.uint8).T
    dark_ridge = (dark_in_column * found.is_ridge).sum(axis=1)
    dark_valley = dark_in_column.sum(axis=1) - dark_ridge
    ridges = found.is_ridge.sum(axis=1) * along
    valleys = along * across - ridges
    light_ridge = ridges - dark_ridge
    value = 1 - (dark_valley / np.maximum(valleys, 1) + light_ridge / np.maximum(ridges, 1)) / 2
    return np.where(usual, value, 0.0)


def _below(blocks: Pixels, line: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Of (h, w, n) uint8 and (w, n). A whole number lies below the line if it does below the next whole one, and all of
    8 bits lie below one that needs more."""
    limit = np.ceil(line)
    below = blocks < np.minimum(np.maximum(limit, 0), _LIGHTEST).astype(np.uint8)
    below |= limit > _LIGHTEST
    return below


def _mean_width(between: Changes, of: NDArray[np.bool_], blocks: int) -> NDArray[np.float64]:
    block = between.block[of]
    count = np.bincount(block, minlength=blocks)
    total = np.bincount(block, weights=between.width[of] / _WIDEST_PX, minlength=blocks)
    return total * (1 / np.maximum(count, 1))


def _in(values: NDArray[np.float64], limits: tuple[float, float]) -> NDArray[np.bool_]:
    return (values >= limits[0]) & (values <= limits[1])
