"""Ridge valley uniformity: the widths of neighbouring ridges and valleys, ridge to valley."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.quality.nfiq2.ridges import changes, profile
from drivers.contracts import Pixels

PREFIX: Final = "RVUP_Bin10_"
BOUNDS: Final = np.array([0.5, 0.667, 0.8, 1, 1.25, 1.5, 2, 24, 30])


def rvu(blocks: Pixels) -> NDArray[np.float64]:
    """(k,) of all neighbours in (16, 32, n) uint8, along the ridges and across them; what touches a block's border, and
    the first whole one, is left out, as in the reference."""
    found = profile(blocks)
    # The reference does not look at the last column.
    between = changes(found.is_ridge[:, :-1])
    count = between.block.size
    begins = np.flatnonzero(between.is_first)
    ends = np.append(begins, count)[1:]
    first, last = np.repeat(begins, ends - begins), np.repeat(ends - 1, ends - begins)
    # The change `place` ends the width `place`; the widths 0 and 1 are left out, and 2 has none before it.
    later = np.flatnonzero(np.arange(count) - first >= 3)
    ratio = between.width[later] / between.width[later - 1]
    from_the_end = last[later] - later
    # What follows the first change is ridge or valley: that decides which way the ratios are.
    first = first[later]
    begins_with_ridge = found.is_ridge[between.block[first], between.after[first] + 1]
    turned = (from_the_end >= begins_with_ridge) & ((from_the_end - begins_with_ridge) % 2 == 0)
    return np.where(turned, 1 / ratio, ratio)
