"""A head of known angles is found at these angles, with their signs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from appliance.errors import QualityError
from appliance.model.verdict import Pose
from appliance.quality.iso29794_5.pose import pose_of_axes, pose_of_mesh, pose_raw

ANGLE = st.floats(-60, 60)


def _turned(yaw_deg: float, pitch_deg: float, roll_deg: float) -> NDArray[np.float64]:
    """Columns: the head's own axes to the right, down and away, in the camera's; roll first, then pitch, then yaw."""
    yaw, pitch, roll = (math.radians(angle) for angle in (yaw_deg, pitch_deg, roll_deg))
    about_y = np.array([[math.cos(yaw), 0, -math.sin(yaw)], [0, 1, 0], [math.sin(yaw), 0, math.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, math.cos(pitch), -math.sin(pitch)], [0, math.sin(pitch), math.cos(pitch)]])
    about_z = np.array([[math.cos(roll), -math.sin(roll), 0], [math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
    return np.asarray(about_y @ about_x @ about_z)


@given(yaw=ANGLE, pitch=ANGLE, roll=ANGLE, across=st.floats(1, 500), down=st.floats(1, 500))
def test_the_angles_of_a_turned_head_are_found(
    yaw: float, pitch: float, roll: float, across: float, down: float
) -> None:
    axes = _turned(yaw, pitch, roll)
    found = pose_of_axes(axes[:, 0] * across, axes[:, 1] * down)
    assert found.yaw_deg == pytest.approx(yaw, abs=1e-6)
    assert found.pitch_deg == pytest.approx(pitch, abs=1e-6)
    assert found.roll_deg == pytest.approx(roll, abs=1e-6)


def test_a_nose_that_points_right_and_down_has_positive_angles() -> None:
    right = pose_of_axes(np.array([1.0, 0.0, 0.2]), np.array([0.0, 1.0, 0.0]))
    assert right.yaw_deg is not None
    assert right.yaw_deg > 0
    chin_near_the_chest = pose_of_axes(np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.2]))
    assert chin_near_the_chest.pitch_deg is not None
    assert chin_near_the_chest.pitch_deg > 0


@given(yaw=ANGLE, pitch=st.floats(-40, 40))
def test_a_mesh_gives_the_pose_of_its_two_halves(yaw: float, pitch: float) -> None:
    chaos, aside = np.random.default_rng(3), np.array([60.0, 0.0, 0.0])
    mesh = np.zeros((478, 3))
    for left, right in ((33, 263), (133, 362), (61, 291), (234, 454), (93, 323), (58, 288)):
        here = chaos.normal(0, 40, 3)
        mesh[left], mesh[right] = here * (-1, 1, 1) - aside, here + aside
    lean = math.radians(0.7)
    mesh[10], mesh[152] = (0, -80, 0), (0, 80, 160 * math.tan(lean))
    found = pose_of_mesh(mesh @ _turned(yaw, pitch, 0.0).T + 300.0)
    assert found.pitch_deg == pytest.approx(pitch, abs=1e-6)
    assert found.yaw_deg == pytest.approx(yaw, abs=1e-6)


def test_only_known_angles_are_components() -> None:
    assert dict(pose_raw(Pose(roll_deg=3.0))) == {"HeadPoseRoll": 3.0}
    assert len(dict(pose_raw(Pose(yaw_deg=1.0, pitch_deg=2.0, roll_deg=3.0)))) == 3


@pytest.mark.parametrize("points", [np.zeros((478, 3)), np.zeros((478, 2)), np.full((478, 3), np.nan)])
def test_points_that_are_no_head_are_refused_by_name(points: NDArray[np.float64]) -> None:
    with pytest.raises(QualityError):
        pose_of_mesh(points)
