"""A piece of contact without what hangs on it and is no part of the same finger: a line of text, a border's rule, a
neighbour's print that is cut or only just touches the glass."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.phalanges import Piece

_CONVEX: Final = 0.96
"""Of the area between its outermost points that a finger's part fills at least; cells' corners make up for some."""
_LIMB: Final = 0.5
"""Of the piece's greatest radius: what is thinner everywhere is a limb."""


def without_limbs(piece: Piece, cell_mm: float) -> Piece:
    """The largest part that a disc of half the piece's own width covers. A finger, being convex, is all of it."""
    if piece.area_mm2 > _CONVEX * cv2.contourArea(piece.hull.astype(np.float32)):
        return piece
    cells = (piece.points / cell_mm).astype(np.intp)
    x, y = (cells - cells.min(axis=0) + 1).T
    mask = np.zeros((y.max() + 2, x.max() + 2), np.uint8)
    mask[y, x] = 1
    inside = np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, 5))
    reach = _LIMB * float(inside.max())
    _, cores = cv2.connectedComponents(np.asarray(inside >= reach, np.uint8), connectivity=8)
    core = np.asarray(cores != cores[np.unravel_index(int(inside.argmax()), inside.shape)], np.uint8)
    kept = np.asarray(cv2.distanceTransform(core, cv2.DIST_L2, 5))[y, x] < reach
    return _part(piece, kept)


def _part(piece: Piece, kept: NDArray[np.bool_]) -> Piece:
    area = piece.area_mm2 * float(kept.mean())
    return replace(piece, points=piece.points[kept], relief=piece.relief[kept], area_mm2=area)
