"""A face that is held straight and looks past the camera is told to look here; nobody else is."""

from __future__ import annotations

import pytest

from appliance.model.verdict import Pose
from appliance.quality.gaze import looks_elsewhere

AHEAD = Pose(yaw_deg=0.0, pitch_deg=0.0, roll_deg=0.0)
NAMES = [f"eyeLook{way}{side}" for way in ("In", "Out", "Up", "Down") for side in ("Left", "Right")]


def eyes(**moved: float) -> dict[str, float]:
    return {**dict.fromkeys(NAMES, 0.05), **moved}


@pytest.mark.parametrize(
    ("moved", "elsewhere"),
    [
        ({}, False),
        ({"eyeLookOutLeft": 0.9, "eyeLookInRight": 0.9}, True),
        ({"eyeLookInLeft": 0.9, "eyeLookOutRight": 0.9}, True),
        ({"eyeLookInLeft": 0.9, "eyeLookInRight": 0.9}, False),
        ({"eyeLookUpLeft": 0.8, "eyeLookUpRight": 0.8}, True),
        ({"eyeLookDownLeft": 0.9, "eyeLookDownRight": 0.9}, True),
        ({"eyeLookDownLeft": 0.5, "eyeLookDownRight": 0.5}, False),
    ],
    ids=["here", "left", "right", "squinting", "up", "down", "lids a little lowered"],
)
def test_eyes_that_go_one_way_together_look_elsewhere(moved: dict[str, float], elsewhere: bool) -> None:
    assert looks_elsewhere(eyes(**moved), AHEAD) is elsewhere


@pytest.mark.parametrize("pose", [Pose(yaw_deg=15.0), Pose(pitch_deg=-15.0)], ids=["turned", "nodding"])
def test_on_a_head_that_is_turned_the_eyes_may_go_back_to_the_camera(pose: Pose) -> None:
    assert not looks_elsewhere(eyes(eyeLookOutLeft=0.9, eyeLookInRight=0.9), pose)


def test_what_is_not_known_is_not_held_against_anybody() -> None:
    assert not looks_elsewhere({}, Pose())
