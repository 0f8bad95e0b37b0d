"""How a measure of many local regions becomes twelve values: a histogram of ten bins, mean and standard deviation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BINS = 10


def summary(prefix: str, values: NDArray[np.float64], bounds: NDArray[np.float64]) -> dict[str, float]:
    """The twelve, by name. `values`: (n,) of the regions, `bounds`: (9,), each the begin of the bin after it."""
    counts = np.bincount(np.searchsorted(bounds, values, side="right"), minlength=BINS)
    named = {f"{prefix}{number}": float(count) for number, count in enumerate(counts)}
    named[f"{prefix}Mean"] = float(values.mean()) if values.size else 0.0
    named[f"{prefix}StdDev"] = float(values.std()) if values.size else 0.0
    return named
