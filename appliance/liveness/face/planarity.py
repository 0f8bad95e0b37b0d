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
BONA_FIDE_RELIEF, ATTACK_RELIEF = 0.0205, 0.0115
"""Of 29 simulated flat prints that were turned all but one lie at 0.0124 or below, of 162 simulated people one
below 0.0165."""
LEAST_TURN_DEG, _HARDLY_DEG = 12.0, 8.0
_LEAST_CORNERS = 16
_EVERY, _NEXT, _WITHIN = 5, 2, 26
"""Frames: an earlier one of each pair, a later one, and how far apart they may be."""
ENOUGH_TURN_DEG, _NEARLY = 26.0, 0.7
"""Views that are turned at least so much of the most turned one are taken together, those turned further than enough
only where there are no others: then half the face is gone."""
_SHARE = 80.0
"""Of the corners, per cent, the residual that so many stay below: two in ten may be mistaken."""


@dataclass(frozen=True, slots=True)
class View:
    """One frame against an earlier one: how far it is turned, and what a plane leaves over, in face widths."""

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
    least = max(LEAST_TURN_DEG, _NEARLY * min(most, ENOUGH_TURN_DEG))
    turned = [view for view in views if view.turn_deg >= least]
    turned = [view for view in turned if view.turn_deg <= ENOUGH_TURN_DEG] or turned
    relief = float(np.median([view.residual / math.sin(math.radians(view.turn_deg)) for view in turned]))
    return graded(
        CODE,
        ramp(relief, BONA_FIDE_RELIEF, ATTACK_RELIEF),
        relief=relief,
        turn_deg=most,
        corners=float(np.median([view.corners for view in turned])),
    )


def _views(tracks: Tracks, yaws_deg: list[float | None]) -> list[View]:
    """Pairs of frames that are not far apart in time, because corners drift with every step they are followed."""
    history, found = tracks.history, []
    for earlier in range(0, len(history) - 1, _EVERY):
        for later in range(earlier + _NEXT, min(len(history), earlier + _WITHIN), _NEXT):
            alive = np.isfinite(history[later, :, 0])
            if int(alive.sum()) < _LEAST_CORNERS:
                break
            yaw_deg = _yaw_between(yaws_deg, tracks.first + earlier, tracks.first + later)
            view = _view(history[earlier, alive], history[later, alive], tracks.face_width_px, yaw_deg)
            if view is not None:
                found.append(view)
    return found


def _view(before: Points, now: Points, face_width_px: float, yaw_deg: float) -> View | None:
    # Least squares say cheaply whether there is a turn at all.
    roughly, _ = cv2.findHomography(before, now, 0)
    middle = before.mean(axis=0)
    if roughly is None or max(yaw_deg, _foreshortening_deg(roughly, middle)) < _HARDLY_DEG:
        return View(yaw_deg, 0.0, len(before))
    plane, _ = cv2.findHomography(before, now, cv2.LMEDS)
    if plane is None or not np.isfinite(plane).all():
        return None
    moved = cv2.perspectiveTransform(before[:, None], plane)[:, 0]
    away = np.hypot(*(moved - now).T)
    residual = float(np.percentile(away, _SHARE)) / face_width_px
    if not math.isfinite(residual):
        return None
    return View(max(yaw_deg, _foreshortening_deg(plane, middle)), residual, len(before))


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
