"""Rows that run on into one another, as the reference reads an image: no border of it looks like that of a ridge."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels

REACH_PX: Final = 4
"""On either side, of the filters."""
INNER: Final = np.s_[:, REACH_PX:-REACH_PX]


def run_on(rows: Pixels, fill: float = 0.0) -> NDArray[np.float32]:
    """(h, w + 2 * `REACH_PX`) float32 of (h, w) uint8, at least `REACH_PX` wide: each row with the end of the one
    before and the begin of the next; `fill` before the first and after the last."""
    height, width = rows.shape
    wide = np.empty((height, width + 2 * REACH_PX), np.float32)
    wide[INNER] = rows
    wide[1:, :REACH_PX] = rows[:-1, -REACH_PX:]
    wide[:-1, -REACH_PX:] = rows[1:, :REACH_PX]
    wide[0, :REACH_PX] = wide[-1, -REACH_PX:] = fill
    return wide
