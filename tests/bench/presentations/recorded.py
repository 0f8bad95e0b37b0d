"""Portraits that lie beside the project, as subjects: their landmarks are found by the box's own networks."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from appliance.face.search import FaceSearch
from appliance.installed_face_networks import installed_face_networks
from appliance.liveness.face import mesh
from drivers.contracts import Pixels
from tests.bench.presentations.subject import Subject

FACES = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "face"
_LEAST_FACE_PX = 120.0
_MOST_YAW_DEG = 8.0
_UNIT_PX = 180.0
_OVAL_HEIGHT, _OVAL_MIDDLE = 1.60, 0.17
"""Half heads: from the forehead's landmark to the chin's, and how far their middle is below the head's."""


def recorded(random: np.random.Generator) -> Subject:
    """One of those there are; an IndexError where there is none."""
    found = subjects()
    return found[int(random.integers(len(found)))]


@lru_cache(maxsize=1)
def subjects() -> tuple[Subject, ...]:
    """Of every picture the largest face, where it is large and looks ahead; none without pictures or networks.

    Whoever looks aside would have a generic face's depth in the wrong place.
    """
    networks = installed_face_networks()
    if not networks.detector or not networks.landmarker:
        return ()
    search, found = FaceSearch(networks.detector, networks.landmarker), []
    for path in sorted(FACES.rglob("*.jpg")):
        picture = cv2.imread(str(path))
        if picture is None:
            continue
        faces = [each.landmarks for each in search.find(np.asarray(picture, np.uint8)) if each.landmarks is not None]
        if faces:
            largest = max(faces, key=lambda each: float(np.ptp(each.points[:, 1])))
            yaw_deg = mesh.yaw_deg(largest.points)
            if np.ptp(largest.points[:, 1]) >= _LEAST_FACE_PX and abs(yaw_deg or 0.0) <= _MOST_YAW_DEG:
                found.append(_subject(np.asarray(picture, np.uint8), largest.points))
    return tuple(found)


def _subject(picture: Pixels, points: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Subject:
    """Scaled so that a half head is as large as in the drawn ones; all of it is the person: its wall goes along."""
    outline = points[list(mesh.OVAL), :2]
    low, high = outline.min(axis=0), outline.max(axis=0)
    scale = _UNIT_PX * _OVAL_HEIGHT / float(high[1] - low[1])
    resized = cv2.resize(
        picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    )
    middle = scale * (low + high) / 2 - (0.0, _OVAL_MIDDLE * _UNIT_PX)
    places = np.asarray((scale * points[:, :2] - middle) / _UNIT_PX, np.float32)
    right, left = (places[list(pair)].mean(axis=0) for pair in _EYES)
    corners = places[[mesh.MOUTH_RIGHT, mesh.MOUTH_LEFT]]
    return Subject(
        np.asarray(resized, np.uint8),
        _UNIT_PX,
        (float(middle[0]), float(middle[1])),
        places,
        ((float(right[0]), float(right[1])), (float(left[0]), float(left[1]))),
        (float(np.ptp(corners[:, 0])) / 2, float(corners[:, 1].mean())),
        float(np.ptp(places[list(mesh.OVAL), 0])) / 2 / 0.93,
        np.ones(resized.shape[:2], np.float32),
    )


_EYES = ((mesh.RIGHT_EYE_OUTER, mesh.RIGHT_EYE_INNER), (mesh.LEFT_EYE_INNER, mesh.LEFT_EYE_OUTER))
