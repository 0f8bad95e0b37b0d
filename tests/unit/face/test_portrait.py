"""A portrait is made in one step, and the head in it lies where the rule book wants it, however the still was taken."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from appliance.errors import QualityError
from appliance.face.landmarks import FaceLandmarker
from appliance.face.mesh_places import CHIN, LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS, SIDES
from appliance.face.portrait import Portrait, compose_portrait
from appliance.face.search import FaceSearch
from appliance.model.verdict import Pose
from appliance.quality.iso29794_5.face_mesh import from_face_mesh
from appliance.quality.iso29794_5.geometry import face_geometry, geometry_findings
from appliance.quality.iso29794_5.portrait_profiles import (
    LIVE,
    PERMIT,
    SCANNED,
    PortraitAge,
    PortraitProfile,
)
from drivers.contracts import Pixels
from drivers.simulated.drawn.face import draw_face
from tests.unit.face.head_points import head_points

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "face"
PROFILES = (PERMIT, LIVE, SCANNED)


def _compose(
    still: Pixels, points: NDArray[np.floating], profile: PortraitProfile, age: PortraitAge = PortraitAge.ADULT
) -> Portrait:
    return compose_portrait(still, points, size=profile, limits=age.template)


def _faults(portrait: Portrait, profile: PortraitProfile, age: PortraitAge = PortraitAge.ADULT) -> list[str]:
    height, width = portrait.pixels.shape[:2]
    geometry = face_geometry(from_face_mesh(portrait.points), Pose(), width_px=width, height_px=height)
    codes = [finding.code for finding in geometry_findings(geometry, profile, age)]
    # What is enlarged is not enlarged further for pixels between the eyes that the camera did not give.
    return [code for code in codes if not (portrait.enlarged and code == "eyes-too-near-together")]


@settings(max_examples=60, deadline=None)
@given(
    x=st.floats(100, 500),
    y=st.floats(80, 300),
    between_eyes_px=st.floats(25, 260),
    turn_deg=st.floats(-40, 40),
    slender=st.floats(0.9, 1.15),
    profile=st.sampled_from(PROFILES),
    age=st.sampled_from(PortraitAge),
)
def test_wherever_the_head_was_it_comes_to_lie_within_the_limits(
    x: float,
    y: float,
    between_eyes_px: float,
    turn_deg: float,
    slender: float,
    profile: PortraitProfile,
    age: PortraitAge,
) -> None:
    still = np.full((400, 600, 3), 90, np.uint8)
    points = head_points(x, y, between_eyes_px=between_eyes_px, turn_deg=turn_deg, slender=slender)
    portrait = _compose(still, points, profile, age)
    assert _faults(portrait, profile, age) == []
    assert portrait.turn_deg == pytest.approx(turn_deg, abs=1e-6)
    assert np.all(portrait.pixels == 90)


def test_the_line_of_the_eyes_is_level() -> None:
    portrait = _compose(
        np.zeros((400, 600, 3), np.uint8), head_points(300, 200, between_eyes_px=90, turn_deg=23), PERMIT
    )
    eyes = [portrait.points[list(corners)].mean(axis=0) for corners in (LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS)]
    assert eyes[0][1] == pytest.approx(eyes[1][1], abs=1e-6)
    assert eyes[0][0] < eyes[1][0]


@pytest.mark.parametrize("turn_deg", [0.0, 17.0])
@pytest.mark.parametrize("between_eyes_px", [110.0, 700.0])
def test_pixels_come_from_where_the_points_say(turn_deg: float, between_eyes_px: float) -> None:
    """A ramp is the same after any turn and scale: its value at a place says which place it was."""
    edge = 2400
    ramp = np.linspace(0, 255, edge)
    still = np.zeros((edge, edge, 3), np.uint8)
    still[..., 0], still[..., 1] = np.round(ramp)[None, :], np.round(ramp)[:, None]
    points = head_points(1200, 1000, between_eyes_px=between_eyes_px, turn_deg=turn_deg)
    portrait = _compose(still, points, SCANNED)
    for place in (*LEFT_EYE_CORNERS, *RIGHT_EYE_CORNERS, *SIDES, CHIN):
        x, y = np.round(portrait.points[place]).astype(int)
        seen = portrait.pixels[y, x, :2].astype(float) * (edge - 1) / 255
        assert np.abs(seen - points[place]).max() < 16


def test_fine_lines_of_a_large_still_become_grey_and_do_not_flicker() -> None:
    still = np.zeros((3200, 3200, 3), np.uint8)
    still[:, ::2] = 255
    portrait = _compose(still, head_points(1600, 1500, between_eyes_px=900), SCANNED)
    assert portrait.scale < 0.3
    assert int(np.ptp(portrait.pixels[100:-100, 100:-100])) < 60


def test_it_says_when_there_are_more_pixels_than_the_camera_gave() -> None:
    still = np.zeros((4000, 4000, 3), np.uint8)
    near = _compose(still, head_points(2000, 1800, between_eyes_px=500), PERMIT)
    far = _compose(still, head_points(2000, 1800, between_eyes_px=120), PERMIT)
    assert not near.enlarged
    assert far.enlarged
    assert far.scale > 1


@pytest.mark.parametrize("between_eyes_px", [40.0, 190.0, 250.0, 300.0, 900.0])
def test_where_the_size_may_be_chosen_nothing_is_enlarged_without_need(between_eyes_px: float) -> None:
    portrait = _compose(
        np.zeros((3000, 3000, 3), np.uint8), head_points(1500, 1400, between_eyes_px=between_eyes_px), LIVE
    )
    height, width = portrait.pixels.shape[:2]
    assert 600 <= width <= 1200
    assert 800 <= height <= 1600
    assert width / height == pytest.approx(0.75, abs=0.002)
    assert not portrait.enlarged or (width, height) == (600, 800)
    if not portrait.enlarged and height < 1600:
        assert portrait.scale > 0.99


def test_what_the_still_does_not_show_is_filled_with_its_edge_and_said() -> None:
    still = np.full((400, 600, 3), 50, np.uint8)
    still[:, 0] = (10, 200, 30)
    inside = _compose(still, head_points(300, 190, between_eyes_px=50), SCANNED)
    beside = _compose(still, head_points(40, 190, between_eyes_px=50), SCANNED)
    assert inside.filled_share == 0
    assert 0.1 < beside.filled_share < 0.5
    assert beside.pixels[400, 0].tolist() == [10, 200, 30]


def test_what_is_filled_is_counted_right_when_the_head_leans() -> None:
    still = np.full((300, 300, 3), 255, np.uint8)
    cv2.rectangle(still, (0, 0), (299, 299), (0, 0, 0), 1)
    portrait = _compose(still, head_points(150, 130, between_eyes_px=70, turn_deg=30), SCANNED)
    filled = float((portrait.pixels.max(axis=2) < 40).mean())
    assert portrait.filled_share == pytest.approx(filled, abs=0.03)


def test_a_head_is_made_larger_for_the_distance_between_the_eyes_only_with_the_cameras_own_pixels() -> None:
    still = np.zeros((3000, 3000, 3), np.uint8)
    near = _compose(still, head_points(1500, 1400, between_eyes_px=400, slender=1.1), PERMIT)
    far = _compose(still, head_points(1500, 1400, between_eyes_px=100, slender=1.1), PERMIT)
    eyes = [
        one.points[list(RIGHT_EYE_CORNERS), 0].mean() - one.points[list(LEFT_EYE_CORNERS), 0].mean()
        for one in (near, far)
    ]
    assert eyes[0] == pytest.approx(303, abs=1)
    assert eyes[1] < 300
    assert far.enlarged


def test_a_head_near_the_upper_edge_is_moved_up_before_anything_is_filled() -> None:
    still = np.zeros((1600, 1600, 3), np.uint8)
    low, high = (_compose(still, head_points(800, y, between_eyes_px=300), PERMIT) for y in (760, 650))
    assert low.filled_share == high.filled_share == 0
    assert high.points[CHIN, 1] < low.points[CHIN, 1] - 20
    cut = _compose(still, head_points(800, 300, between_eyes_px=300), PERMIT)
    assert cut.filled_share > 0
    assert _faults(cut, PERMIT) == []


@pytest.mark.parametrize(
    ("still", "points"),
    [
        (np.zeros((400, 600), np.uint8), head_points(300, 200, between_eyes_px=60)),
        (np.zeros((400, 600, 3), np.float32), head_points(300, 200, between_eyes_px=60)),
        (np.zeros((0, 600, 3), np.uint8), head_points(300, 200, between_eyes_px=60)),
        (np.zeros((400, 600, 3), np.uint8), np.zeros((478, 2))),
        (np.zeros((400, 600, 3), np.uint8), np.zeros((98, 2))),
        (np.zeros((400, 600, 3), np.uint8), np.full((478, 3), np.nan)),
        (np.zeros((400, 600, 3), np.uint8), head_points(1e9, 200, between_eyes_px=60)),
    ],
)
def test_what_makes_no_portrait_is_a_named_error(still: Pixels, points: NDArray[np.floating]) -> None:
    with pytest.raises(QualityError) as caught:
        _compose(still, points, PERMIT)
    assert caught.value.code == "image-not-judged"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("profile", PROFILES)
def test_a_drawn_person_looked_at_again_lies_within_the_limits(
    search: FaceSearch, landmarker: FaceLandmarker, seed: int, profile: PortraitProfile
) -> None:
    """By what the networks see in the portrait, not by the points that it was made with."""
    _again(search, np.array(draw_face(seed, 720, 1280)), profile)


@pytest.mark.parametrize("name", ["examples_obama-1080p.jpg", "examples_biden.jpg", "tests_test_images_obama2.jpg"])
def test_a_real_portrait_looked_at_again_lies_within_the_limits(search: FaceSearch, name: str) -> None:
    picture = cv2.imread(str(SHARED / name)) if (SHARED / name).exists() else None
    if picture is None:
        pytest.skip("needs the shared pictures")
    for profile in PROFILES:
        _again(search, np.asarray(picture, np.uint8), profile)


def _again(search: FaceSearch, still: Pixels, profile: PortraitProfile) -> None:
    largest = max(search.find(still), key=lambda face: face.box[2] - face.box[0])
    assert largest.landmarks
    portrait = _compose(still, largest.landmarks.points, profile)
    assert _faults(portrait, profile) == []
    seen = max(search.find(portrait.pixels), key=lambda face: face.box[2] - face.box[0])
    assert seen.landmarks
    again = Portrait(portrait.pixels, seen.landmarks.points.astype(np.float64), portrait.scale, 0.0, 0.0)
    assert _faults(again, profile) == []
