"""Boxes that overlap are one face; each belongs to exactly one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from appliance.face.overlap import merged, overlaps

BOX = np.array([10, 10, 30, 30], np.float32)
PLACES = arrays.arrays(np.float32, st.tuples(st.integers(0, 30), st.just(4)), elements=st.floats(0, 100, width=32))


@pytest.mark.parametrize(
    ("other", "share"),
    [([10, 10, 30, 30], 1.0), ([20, 10, 40, 30], 1 / 3), ([30, 30, 50, 50], 0.0), ([15, 15, 15, 15], 0.0)],
    ids=["the same", "half beside", "touching", "without area"],
)
def test_overlap_is_shared_area_by_covered_area(other: list[float], share: float) -> None:
    assert overlaps(BOX, np.array([other], np.float32))[0] == pytest.approx(share)


@given(places=PLACES, seed=st.integers(0, 99))
def test_each_box_belongs_to_one_group_that_its_best_heads(places: NDArray[np.float32], seed: int) -> None:
    boxes = np.concatenate([places[:, :2], places[:, :2] + places[:, 2:]], axis=1)
    scores = np.random.default_rng(seed).uniform(0.1, 1, len(boxes)).astype(np.float32)
    groups = merged(boxes, scores, 0.3)
    assert sorted(row for _, rows, _ in groups for row in rows) == list(range(len(boxes)))
    heads = [scores[best] for best, _, _ in groups]
    assert heads == sorted(heads, reverse=True)
    for best, rows, weights in groups:
        assert scores[best] == scores[rows].max()
        assert weights.sum() == pytest.approx(1, abs=1e-5)
    bests = [best for best, _, _ in groups]
    for position, best in enumerate(bests):
        assert (overlaps(boxes[best], boxes[bests[:position]]) <= 0.3).all()
