"""Long straight edges on several sides of the face, upright and level: of a card, a sheet, a device."""

from __future__ import annotations

import math

import cv2
import numpy as np

from appliance.liveness.face.mesh import FaceBox
from appliance.liveness.grading import graded, ramp
from appliance.model.liveness import Hint
from drivers.contracts import Pixels

CODE = "bezel"
MOST = 0.3
"""A hint only: doors and pictures on the wall have straight edges too."""
_BONA_FIDE_SIDES, _ATTACK_SIDES = 1.0, 3.0
_AROUND = 1.5
"""Looked at is what lies within so many face heights of its middle."""
_SIDE_PX = 240
_LEAST_LENGTH = 0.30
"""Of what is looked at."""
_SLANT_DEG = 14.0

Sides = tuple[bool, bool, bool, bool]


def sides(grey: Pixels, box: FaceBox) -> Sides | None:
    """Whether a long straight edge lies left, right, above and below of the face, outside of it; None without room."""
    reach = _AROUND * box.height_px
    top, bottom = max(0, int(box.y_px - reach)), min(grey.shape[0], int(box.y_px + reach))
    left, right = max(0, int(box.x_px - reach)), min(grey.shape[1], int(box.x_px + reach))
    if bottom - top < 32 or right - left < 32:
        return None
    scale = _SIDE_PX / max(bottom - top, right - left)
    size = (max(8, round((right - left) * scale)), max(8, round((bottom - top) * scale)))
    small = cv2.resize(grey[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    edges = cv2.Canny(cv2.GaussianBlur(small, (0, 0), 1.0), 30, 90)
    length = _LEAST_LENGTH * _SIDE_PX
    lines = cv2.HoughLinesP(edges, 1, math.pi / 180, int(0.7 * length), minLineLength=length, maxLineGap=4)
    found = [False] * 4
    if lines is not None:
        x, y = (box.x_px - left) * scale, (box.y_px - top) * scale
        away = (0.5 * box.width_px * scale, 0.5 * box.height_px * scale)
        for line in lines.reshape(-1, 4).astype(np.float64):
            side = _side(line, x, y, away)
            if side is not None:
                found[side] = True
    return (found[0], found[1], found[2], found[3])


def bezel(seen: list[Sides | None]) -> Hint:
    """Of several frames: a side counts where most of them have it."""
    known = [each for each in seen if each is not None]
    if not known:
        return Hint(code=CODE, omitted="no-room")
    count = float((np.mean(np.asarray(known, np.float64), axis=0) > 0.5).sum())
    return graded(CODE, MOST * ramp(count, _BONA_FIDE_SIDES, _ATTACK_SIDES), sides=count)


def _side(
    line: np.ndarray[tuple[int], np.dtype[np.float64]], x: float, y: float, away: tuple[float, float]
) -> int | None:
    """0 left, 1 right, 2 above, 3 below; None where it slants, or crosses the face."""
    x1, y1, x2, y2 = (float(value) for value in line)
    angle = math.degrees(math.atan2(abs(y2 - y1), abs(x2 - x1)))
    if angle >= 90.0 - _SLANT_DEG:
        aside = (x1 + x2) / 2 - x
        return (0 if aside < 0 else 1) if abs(aside) > away[0] else None
    if angle <= _SLANT_DEG:
        aside = (y1 + y2) / 2 - y
        return (2 if aside < 0 else 3) if abs(aside) > away[1] else None
    return None
