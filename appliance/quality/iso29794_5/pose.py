"""Which way a head looks (ISO/IEC 29794-5:2025, 7.4.11), from a face mesh with depth.

Yaw is positive when the face looks to the picture's right, pitch when it looks down, roll when the eye on the picture's
right is the lower one. The standard's raw values are these angles in degrees.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from appliance.errors import QualityError
from appliance.model.verdict import Pose
from appliance.quality.iso29794_5 import names

MESH_POINTS: Final = 478
_LEFT: Final = (33, 133, 61, 234, 93, 58, 172, 70, 105, 129, 127, 54)
_RIGHT: Final = (263, 362, 291, 454, 323, 288, 397, 300, 334, 358, 356, 284)
"""The same places on both halves of a face: corners of eyes and mouth, outline, brows, nostrils."""
_FOREHEAD, _CHIN = 10, 152
_NEUTRAL_PITCH_DEG: Final = 0.7
"""How far the line from forehead to chin leans on an upright head, as the mesh's mean face has it."""
_LEAST_PX: Final = 1e-6


def pose_of_mesh(points: NDArray[np.floating]) -> Pose:
    """Of (478, 3) in pixels: x to the right, y down, z away from the camera, all to one scale.

    The head's own axes are taken from the mesh as it is seen, without a camera model: between pairs of points on both
    halves, and from forehead to chin. Raises QualityError: not such points.
    """
    if points.shape != (MESH_POINTS, 3) or not np.isfinite(points).all():
        raise QualityError("A head's pose is taken from 478 points of three finite coordinates.")
    mesh = np.asarray(points, np.float64)
    across = (mesh[list(_RIGHT)] - mesh[list(_LEFT)]).sum(axis=0)
    down = mesh[_CHIN] - mesh[_FOREHEAD]
    return pose_of_axes(across, down, lean_deg=_NEUTRAL_PITCH_DEG)


def pose_of_axes(across: NDArray[np.float64], down: NDArray[np.float64], *, lean_deg: float = 0.0) -> Pose:
    """Of the head's own directions in the camera's axes: (3,) from its picture's left to right, (3,) from top to chin,
    which on an upright head leans away from the camera by `lean_deg`. Raises QualityError: these make no head."""
    back = np.cross(across, down)
    if min(np.linalg.norm(across), np.linalg.norm(back)) < _LEAST_PX:
        raise QualityError("A head whose points fall on a line has no pose.")
    sideways, away = across / np.linalg.norm(across), back / np.linalg.norm(back)
    lean = math.radians(lean_deg)
    away = math.cos(lean) * away + math.sin(lean) * np.cross(away, sideways)
    looks_x, looks_y, looks_z = (-away).tolist()
    yaw, pitch = math.atan2(looks_x, -looks_z), math.asin(max(-1.0, min(1.0, looks_y)))
    level = np.array([math.cos(yaw), 0.0, math.sin(yaw)])
    roll = math.atan2(float(sideways @ np.cross(away, level)), float(sideways @ level))
    return Pose(yaw_deg=math.degrees(yaw), pitch_deg=math.degrees(pitch), roll_deg=math.degrees(roll))


def pose_raw(pose: Pose) -> Iterator[tuple[str, float]]:
    """The angles that are known."""
    named = (
        (names.HEAD_POSE_YAW, pose.yaw_deg),
        (names.HEAD_POSE_PITCH, pose.pitch_deg),
        (names.HEAD_POSE_ROLL, pose.roll_deg),
    )
    yield from ((name, angle) for name, angle in named if angle is not None)
