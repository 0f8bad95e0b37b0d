"""Makes forests, and the files in which NIST's is handed on."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from appliance.quality.nfiq2.forest import Forest
from appliance.quality.nfiq2.forest_file import TREES
from appliance.quality.nfiq2.names import MEASURES

Arrays = dict[str, NDArray[Any]]


def some_arrays(seed: int, splits: int = 3) -> Arrays:
    """A hundred trees of random shape, as the file has them: up to `splits` splits each, children after parents."""
    random = np.random.default_rng(seed)
    trees: list[list[tuple[int, float, int, int, float]]] = []
    for _ in range(TREES):
        nodes = [_leaf(random)]
        for _ in range(int(random.integers(0, splits + 1))):
            leaf = int(random.choice([at for at, node in enumerate(nodes) if node[0] == -1]))
            measure, threshold = int(random.integers(len(MEASURES))), float(random.normal())
            nodes[leaf] = (measure, threshold, len(nodes), len(nodes) + 1, 0.0)
            nodes += [_leaf(random), _leaf(random)]
        trees.append(nodes)
    columns = list(zip(*(node for nodes in trees for node in nodes), strict=True))
    counts = np.array([len(nodes) for nodes in trees], np.int32)
    return {
        "var": np.array(columns[0], np.int16),
        "thr": np.array(columns[1], np.float32),
        "left": np.array(columns[2], np.int32),
        "right": np.array(columns[3], np.int32),
        "value": np.array(columns[4], np.float32),
        "tree_off": np.cumsum(counts, dtype=np.int32) - counts,
        "tree_n": counts,
        "ntrees": np.array(TREES, np.int32),
        "feature_names": np.array(MEASURES),
    }


def _leaf(random: np.random.Generator) -> tuple[int, float, int, int, float]:
    return -1, 0.0, -1, -1, float(random.integers(2))


def file_of(arrays: Arrays) -> bytes:
    """As `numpy.savez_compressed` writes it."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=True, **arrays)
    return buffer.getvalue()


def walked(arrays: Arrays, values: NDArray[np.float32]) -> int:
    """The score by following each tree from its root, one node at a time: the plainest reading of the file."""
    votes = 0
    for root in arrays["tree_off"].tolist():
        node = 0
        while (measure := int(arrays["var"][root + node])) != -1:
            goes_left = values[measure] <= arrays["thr"][root + node]
            node = int(arrays["left" if goes_left else "right"][root + node])
        votes += int(arrays["value"][root + node])
    return votes


def scored(forest: Forest, values: NDArray[np.float32]) -> int:
    return forest.score(dict(zip(MEASURES, values.tolist(), strict=True)))
