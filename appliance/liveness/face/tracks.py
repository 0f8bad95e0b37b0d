"""Corners of the face followed from frame to frame (Shi and Tomasi 1994; Lucas and Kanade in pyramids, Bouguet 2000).

Corners of the picture, not points of a mesh: a mesh puts a nose before every face, on paper too.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.liveness.face.mesh import Points, box_of
from drivers.contracts import Pixels

MOST_CORNERS, LEAST_CORNERS = 140, 24
"""A new set is begun where fewer than the second are left."""
_SPACING, _QUALITY, _SHRUNK = 0.03, 0.004, 0.9
_WINDOW_PX, _LEVELS = 17, 3
_REACH_PX, _GRID_PX = 96, 8
"""How far around the corners is looked, and what the part's corner is a multiple of: the coarsest pyramid's pixels."""
_BACK_PX = 0.4
"""What does not come back to where it was within this was not the same corner."""

History = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """`grey`: (H, W) uint8, the last frame. `history`: (F, N, 2) float32 pixels, NaN where a corner is lost.

    `face_width_px` is the face's when the corners were chosen; `first` the number of that frame.
    """

    grey: Pixels
    history: History
    face_width_px: float
    first: int

    @property
    def alive(self) -> int:
        return int(np.isfinite(self.history[-1, :, 0]).sum())


def begun(grey: Pixels, outline: Points, number: int) -> Tracks | None:
    """Corners inside the face's outline; None where it has too few."""
    mask = np.zeros(grey.shape, np.uint8)
    middle = outline.mean(axis=0)
    hull = cv2.convexHull(np.round(middle + _SHRUNK * (outline - middle)).astype(np.int32))
    cv2.fillConvexPoly(mask, hull, 255)
    width = box_of(outline).width_px
    x, y, w, h = cv2.boundingRect(hull)
    top, left, bottom, right = max(0, y), max(0, x), min(grey.shape[0], y + h), min(grey.shape[1], x + w)
    if bottom - top < _WINDOW_PX or right - left < _WINDOW_PX:
        return None
    # A light blur: corners of the sensor's noise are none.
    part = cv2.GaussianBlur(grey[top:bottom, left:right], (0, 0), 1.0)
    found = cv2.goodFeaturesToTrack(
        part, MOST_CORNERS, _QUALITY, _SPACING * width, mask=mask[top:bottom, left:right], blockSize=5
    )
    if found is None or len(found) < LEAST_CORNERS:
        return None
    corners = found.reshape(1, -1, 2) + np.asarray((left, top), np.float32)
    return Tracks(grey, np.asarray(corners, np.float32), width, number)


def followed(tracks: Tracks, grey: Pixels) -> Tracks:
    """With one frame more, of the same size."""
    last = tracks.history[-1]
    alive = np.isfinite(last[:, 0])
    now = np.full_like(last, np.nan)
    if alive.any():
        part, corner = _around(last[alive], grey.shape)
        earlier, later, before = tracks.grey[part], grey[part], last[alive] - corner
        window = {"winSize": (_WINDOW_PX, _WINDOW_PX), "maxLevel": _LEVELS}
        there, seen, _ = cv2.calcOpticalFlowPyrLK(earlier, later, before, None, **window)  # type: ignore[call-overload]
        back, again, _ = cv2.calcOpticalFlowPyrLK(later, earlier, there, None, **window)  # type: ignore[call-overload]
        kept = (seen.ravel() == 1) & (again.ravel() == 1) & (np.abs(back - before).max(axis=1) < _BACK_PX)
        found = there + corner
        kept &= (found >= 0).all(axis=1) & (found < (grey.shape[1], grey.shape[0])).all(axis=1)
        now[alive] = np.where(kept[:, None], found, np.nan)
    return Tracks(grey, np.concatenate([tracks.history, now[None]]), tracks.face_width_px, tracks.first)


def _around(corners: Points, shape: tuple[int, ...]) -> tuple[tuple[slice, slice], Points]:
    """The part of the picture that the corners may be found in again, and its corner (x, y)."""
    low = np.clip((corners.min(axis=0) - _REACH_PX) // _GRID_PX * _GRID_PX, 0, None)
    high = corners.max(axis=0) + _REACH_PX
    left, top = (int(each) for each in low)
    part = slice(top, min(shape[0], int(high[1]))), slice(left, min(shape[1], int(high[0])))
    return part, np.asarray((left, top), np.float32)
