"""Which columns of upright ridges are ridge and which are valley: below or above the line through their means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels

_DECIMALS: Final = 10
"""To which the line's parameters are rounded (NFIQ 2: for the same score on every platform)."""


@dataclass(frozen=True)
class Profile:
    """Of n blocks: the line through the column means, (n, w) float64, and where the means lie below it, (n, w)."""

    line: NDArray[np.float64]
    is_ridge: NDArray[np.bool_]


def profile(blocks: Pixels) -> Profile:
    """Of (h, w, n) uint8, at most 257 high."""
    height, width, _ = blocks.shape
    means = np.ascontiguousarray(blocks.sum(axis=0, dtype=np.uint16).T) / height
    x = np.arange(1, width + 1, dtype=np.float64)
    centred = x - x.mean()
    slope = (means @ centred) / (centred @ centred)
    begin = (means.mean(axis=1) - slope * x.mean()).round(_DECIMALS)
    line = np.multiply.outer(slope.round(_DECIMALS), x) + begin[:, None]
    return Profile(line, means < line)


@dataclass(frozen=True)
class Changes:
    """Between ridge and valley, (m,) each, in order: of which block, after which column, how far from the change before
    or else from the first column, and whether there is none before."""

    block: NDArray[np.intp]
    after: NDArray[np.intp]
    width: NDArray[np.intp]
    is_first: NDArray[np.bool_]


def changes(is_ridge: NDArray[np.bool_]) -> Changes:
    block, after = np.nonzero(is_ridge[:, 1:] != is_ridge[:, :-1])
    is_first = np.ones(block.size, np.bool_)
    np.not_equal(block[1:], block[:-1], out=is_first[1:])
    width = after.copy()
    width[1:] -= np.where(is_first[1:], 0, after[:-1])
    return Changes(block, after, width, is_first)
