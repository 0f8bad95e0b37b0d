"""Boxes that mean the same thing, and what is left of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]
"""(n, 4): left, top, right, bottom, in pixels."""


def overlaps(box: NDArray[np.float32], boxes: Boxes) -> NDArray[np.float32]:
    """(n,): the area that the box shares with each of n, divided by what the two cover; 0 where they cover nothing."""
    shared = np.clip(np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2]), 0, None).prod(axis=1)
    covered = (box[2:] - box[:2]).prod() + (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) - shared
    return np.asarray(np.divide(shared, covered, out=np.zeros_like(shared), where=covered > 0), np.float32)


def merged(
    boxes: Boxes, scores: NDArray[np.float32], least_overlap: float
) -> list[tuple[int, NDArray[np.intp], NDArray[np.float32]]]:
    """Groups of boxes that overlap, the best first: its best box's row, all its rows, and the weight of each.

    Weights sum to 1 and follow the scores: BlazeFace's way of averaging a face's boxes where others drop all but one,
    which keeps it from jumping between frames.
    """
    groups = []
    left = np.argsort(-scores, kind="stable")
    while len(left):
        best = left[0]
        same = overlaps(boxes[best], boxes[left]) > least_overlap
        same[0] = True  # even where it covers nothing
        rows = left[same]
        groups.append((int(best), rows, np.asarray(scores[rows] / scores[rows].sum(), np.float32)))
        left = left[~same]
    return groups
