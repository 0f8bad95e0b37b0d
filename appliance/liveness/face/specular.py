"""Lamps mirrored in glass or glossy paper: one large flat white patch on the face. Skin shines in small soft ones."""

from __future__ import annotations

import cv2
import numpy as np

from appliance.liveness.face.mesh import Points
from appliance.liveness.grading import graded, ramp
from appliance.model.liveness import Hint
from drivers.contracts import Pixels

CODE = "specular"
MOST = 0.3
"""A hint only."""
_WHITE = 248
_BONA_FIDE, _ATTACK = 0.012, 0.05


def largest_white_share(grey: Pixels, outline: Points) -> float | None:
    """The largest connected white patch, as a share of the face's outline; None where that lies outside the picture."""
    left, top, width, height = cv2.boundingRect(outline)
    part = grey[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)]
    if part.size == 0:
        return None
    face = np.zeros(part.shape, np.uint8)
    hull = cv2.convexHull(np.round(outline - (max(0, left), max(0, top))).astype(np.int32))
    cv2.fillConvexPoly(face, hull, 1)
    white = ((part >= _WHITE) & (face == 1)).astype(np.uint8)
    area = int(face.sum())
    if not white.any() or not area:
        return 0.0 if area else None
    _, _, stats, _ = cv2.connectedComponentsWithStats(white)
    return float(stats[1:, cv2.CC_STAT_AREA].max() / area)


def specular(shares: list[float | None]) -> Hint:
    """Of several frames: the ninth tenth, because a mirrored lamp comes and goes as glass is turned."""
    known = [each for each in shares if each is not None]
    if not known:
        return Hint(code=CODE, omitted="no-face")
    share = float(np.percentile(known, 90.0))
    return graded(CODE, MOST * ramp(share, _BONA_FIDE, _ATTACK), largest_white_share=share)
