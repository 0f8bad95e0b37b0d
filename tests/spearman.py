"""Spearman's rank correlation, for whoever holds our scores against another's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def spearman(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Of (N,) values each; ties share their mean rank."""
    return float(np.corrcoef(_ranks(a), _ranks(b))[0, 1])


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[inverse])
