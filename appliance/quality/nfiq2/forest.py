"""NIST's random forest: from the 69 measures to a score from 0 to 100."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
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

    @cached_property
    def _walk(self) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int32]]:
        """Measure and threshold of each node, and where it goes to in pairs, left and right; a leaf goes to itself."""
        leaf = self.measure == _LEAF
        itself = np.arange(len(leaf), dtype=np.int32)
        onward = np.stack([np.where(leaf, itself, self.left), np.where(leaf, itself, self.right)], axis=1)
        return np.where(leaf, 0, self.measure), self.threshold, np.ascontiguousarray(onward, np.int32).ravel()

    def score(self, measures: Mapping[str, float]) -> int:
        """How many trees of a hundred vote for a good impression."""
        values = np.array([measures[name] for name in MEASURES], np.float32)
        measure, threshold, onward = self._walk
        node, before = self.roots, np.empty(0, np.int32)
        while not np.array_equal(node, before):
            goes_right = ~(values[measure[node]] <= threshold[node])
            node, before = onward[2 * node + goes_right], node
        return round(float(self.vote[node].sum()) * 100 / len(self.roots))
