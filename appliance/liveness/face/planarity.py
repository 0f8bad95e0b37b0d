"""Whether one plane explains how the face's corners move during a turn: paper and glass do, a head does not.

Between two views a plane moves by a homography (Hartley and Zisserman, Multiple View Geometry, 13.1); what is left over
is parallax. It is taken as a share of the face's width and of the turn's sine, which makes it a depth.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from appliance.liveness.face.mesh import Points
from appliance.liveness.face.tracks import Tracks
from appliance.liveness.grading import graded, ramp
from appliance.model.liveness import Hint

CODE = "planar"
BONA_FIDE_RELIEF, ATTACK_RELIEF = 0.040, 0.018
LEAST_TURN_DEG = 9.0
_LEAST_CORNERS = 16
_NEARLY = 0.75
"""Views that are turned at least so much of the most turned one are taken together."""
_SHARE = 70.0
"""Of the corners, per cent, the residual that so many stay below: three in ten may be mistaken."""


@dataclass(frozen=True, slots=True)
class View:
    """One frame against the first: how far it is turned, and what a plane leaves over, in face widths."""

    turn_deg: float
    residual: float
    corners: int


def planarity(all_tracks: Iterable[Tracks], yaws_deg: list[float | None]) -> Hint:
    """`yaws_deg`: of every frame, by its number, from landmarks; None where unknown. Omitted without a turn."""
    views = [view for tracks in all_tracks for view in _views(tracks, yaws_deg)]
    if not views:
        return Hint(code=CODE, omitted="too-few-corners")
    most = max(view.turn_deg for view in views)
    if most < LEAST_TURN_DEG:
        return Hint(code=CODE, omitted="no-turn", evidence={"turn_deg": round(most, 1)})
    turned = [view for view in views if view.turn_deg >= max(LEAST_TURN_DEG, _NEARLY * most)]
    relief = float(np.median([view.residual / math.sin(math.radians(view.turn_deg)) for view in turned]))
    return graded(
        CODE,
        ramp(relief, BONA_FIDE_RELIEF, ATTACK_RELIEF),
        relief=relief,
        turn_deg=most,
        corners=float(np.median([view.corners for view in turned])),
    )


def _views(tracks: Tracks, yaws_deg: list[float | None]) -> list[View]:
    first, found = tracks.history[0], []
    for later in range(1, len(tracks.history)):
        now = tracks.history[later]
        alive = np.isfinite(now[:, 0])
        if int(alive.sum()) < _LEAST_CORNERS:
            continue
        view = _view(first[alive], now[alive], tracks.face_width_px)
        if view is not None:
            yaw_deg = _yaw_between(yaws_deg, tracks.first, tracks.first + later)
            found.append(View(max(view.turn_deg, yaw_deg), view.residual, view.corners))
    return found


def _view(before: Points, now: Points, face_width_px: float) -> View | None:
    plane, _ = cv2.findHomography(before, now, cv2.LMEDS)
    if plane is None or not np.isfinite(plane).all():
        return None
    moved = cv2.perspectiveTransform(before[:, None], plane)[:, 0]
    away = np.hypot(*(moved - now).T)
    residual = float(np.percentile(away, _SHARE)) / face_width_px
    if not math.isfinite(residual):
        return None
    return View(_foreshortening_deg(plane, before.mean(axis=0)), residual, len(before))


def _foreshortening_deg(plane: cv2.typing.MatLike, at: Points) -> float:
    """The turn out of the picture's plane by which the homography is narrower one way than the other, at a point."""
    x, y, w = plane @ np.asarray((at[0], at[1], 1.0))
    if abs(w) < 1e-9:
        return 0.0
    jacobian = (plane[:2, :2] - np.outer((x / w, y / w), plane[2, :2])) / w
    wide, narrow = np.linalg.svd(jacobian, compute_uv=False)
    return math.degrees(math.acos(min(1.0, narrow / wide))) if wide > 0 else 0.0


def _yaw_between(yaws_deg: list[float | None], first: int, later: int) -> float:
    if later >= len(yaws_deg):
        return 0.0
    before, now = yaws_deg[first], yaws_deg[later]
    return abs(now - before) if before is not None and now is not None else 0.0
