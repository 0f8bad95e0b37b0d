"""What the installed networks see in a picture of a face, beside what its verdict says: for a report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from appliance.commands.quiet_libraries import libraries_silent
from appliance.errors import QualityError
from appliance.face.portrait import compose_portrait
from appliance.face.search import FaceSearch
from appliance.installed_face_networks import DETECTION, LANDMARKER, installed_face_networks
from appliance.model.verdict import Pose, Verdict
from appliance.quality.iso29794_5.face_mesh import from_face_mesh
from appliance.quality.iso29794_5.geometry import face_geometry
from appliance.quality.iso29794_5.portrait_profiles import ADULT, PERMIT
from appliance.quality.iso29794_5.pose import pose_of_mesh
from appliance.reports.face_report import FaceFindings, SeenFace
from drivers.contracts import Pixels

PROFILE: Final = PERMIT
"""What the counter takes portraits for. A file does not say how old the person is: the adult's limits are shown."""


def face_findings(packs: Path | None = None) -> Callable[[str, Pixels, Verdict], FaceFindings]:
    """Loads the networks, out of `packs` where that is not the usual folder. Raises ModelError."""
    with libraries_silent():
        networks = installed_face_networks(packs)
    missing = tuple(pack for pack in (DETECTION, LANDMARKER) if pack in networks.missing)
    search = FaceSearch(networks.detector, networks.landmarker) if networks.detector and networks.landmarker else None

    def findings(name: str, pixels: Pixels, verdict: Verdict) -> FaceFindings:
        seen = _seen(search, pixels) if search is not None else None
        return FaceFindings(name, pixels, verdict, PROFILE, ADULT, seen, missing)

    return findings


def _seen(search: FaceSearch, pixels: Pixels) -> SeenFace | None:
    """Of the largest face that has points; None where there is none, or it cannot be looked at."""
    try:
        faces = [face.landmarks for face in search.find(pixels) if face.landmarks is not None]
        if not faces:
            return None
        points = max(faces, key=lambda face: float(np.prod(face.box[2:] - face.box[:2]))).points
        pose = pose_of_mesh(points)
        height, width = pixels.shape[:2]
        geometry = face_geometry(from_face_mesh(points), pose, width_px=width, height_px=height)
        portrait = compose_portrait(pixels, points, size=PROFILE, limits=ADULT)
        # Turning the picture turns the head as much and nothing else of its pose.
        level = Pose(
            yaw_deg=pose.yaw_deg, pitch_deg=pose.pitch_deg, roll_deg=(pose.roll_deg or 0.0) - portrait.turn_deg
        )
        height, width = portrait.pixels.shape[:2]
        after = face_geometry(from_face_mesh(portrait.points), level, width_px=width, height_px=height)
    except QualityError:
        return None
    return SeenFace(points, pose, geometry, portrait, after)
