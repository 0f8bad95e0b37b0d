"""Rows that run on into one another, as the reference reads an image: no border of it looks like that of a ridge."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

REACH_PX: Final = 4
"""On either side, of the filters."""
INNER: Final = np.s_[:, REACH_PX:-REACH_PX]


def run_on(rows: NDArray[np.float32], fill: float = 0.0) -> NDArray[np.float32]:
    """(h, w + 2 * `REACH_PX`): each row with the end of the one before and the begin of the next; `fill` before the
    first and after the last."""
    height, width = rows.shape
    flat = np.pad(rows.ravel(), REACH_PX, constant_values=fill)
    step = flat.strides[0]
    return as_strided(flat, (height, width + 2 * REACH_PX), (width * step, step)).copy()
