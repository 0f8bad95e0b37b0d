"""NIST's random forest: from the 69 measures to a score from 0 to 100."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.quality.nfiq2.names import MEASURES

_LEAF: Final = -1


@dataclass(frozen=True)
class Forest:
    """100 trees in one list of nodes. A node looks at the measure `measure` and goes `left` where that is at most
    `threshold`, `right` where it is more; a leaf, whose `measure` is -1, votes `vote`, 0 or 1. `roots`: (100,)."""

    measure: NDArray[np.int32]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    vote: NDArray[np.float32]
    roots: NDArray[np.int32]

    def score(self, measures: Mapping[str, float]) -> int:
        """How many trees of a hundred vote for a good impression."""
        values = np.array([measures[name] for name in MEASURES], np.float32)
        node = self.roots
        while True:
            measure = self.measure[node]
            inner = measure != _LEAF
            if not inner.any():
                return round(float(self.vote[node].sum()) * 100 / len(self.roots))
            goes_left = values[measure] <= self.threshold[node]
            node = np.where(inner, np.where(goes_left, self.left[node], self.right[node]), node)
