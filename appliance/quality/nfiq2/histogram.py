"""How a measure of many local regions becomes twelve values: a histogram of ten bins, mean and standard deviation."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

BINS = 10


def summary(prefix: str, values: NDArray[np.float64], bounds: NDArray[np.float64]) -> dict[str, float]:
    """The twelve, by name. `values`: (n,) of the regions, `bounds`: (9,), each the begin of the bin after it."""
    counts = np.bincount(bounds.searchsorted(values, side="right"), minlength=BINS)
    named = {f"{prefix}{number}": float(count) for number, count in enumerate(counts.tolist())}
    mean = float(np.add.reduce(values)) / max(values.size, 1)
    apart = values - mean
    named[f"{prefix}Mean"] = mean
    named[f"{prefix}StdDev"] = math.sqrt(float(np.add.reduce(apart * apart)) / max(values.size, 1))
    return named
