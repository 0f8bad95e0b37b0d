"""The step without an edge by which comparison weighs what is near, alike or clear."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def sigmoid(values: NDArray[np.float32], half: float, slope: float) -> NDArray[np.float32]:
    """From 0 to 1, a half at `half`; falling where `slope` is negative. As a hyperbolic tangent it never overflows."""
    return np.asarray(0.5 + 0.5 * np.tanh((values - np.float32(half)) * np.float32(slope / 2)), np.float32)
