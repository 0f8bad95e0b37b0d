"""What is said of one face: the standard's names, by whose method each, and nothing that could only be guessed."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.model.verdict import Pose
from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.adnet98 import from_adnet98
from appliance.quality.iso29794_5.components import STANDARD, FaceInputs, face_components
from appliance.quality.iso29794_5.estimated.expression import WEIGHTS
from appliance.quality.iso29794_5.face_mesh import from_face_mesh
from appliance.quality.iso29794_5.mapping import scalar
from tests.unit.quality.iso29794_5.drawn_face import portrait

OWN = {
    names.UNIFIED_QUALITY_SCORE,
    names.SHARPNESS,
    names.COMPRESSION_ARTIFACTS,
    names.EYES_VISIBLE,
    names.MOUTH_OCCLUSION,
    names.FACE_OCCLUSION,
    names.EXPRESSION_NEUTRALITY,
    names.NO_HEAD_COVERINGS,
}
FRONTAL = Pose(yaw_deg=1.0, pitch_deg=-2.0, roll_deg=0.5)


def _inputs(**more: object) -> FaceInputs:
    image, points = portrait()
    background = np.ones((72, 128), np.uint8)
    background[8:, 40:88] = 0
    given: dict[str, object] = {
        "image": image,
        "landmarks": from_adnet98(points),
        "pose": FRONTAL,
        "face_areas_px": [900.0],
        "background": background,
        "blendshapes": {name: 0.05 for side in WEIGHTS for name in side},
        **more,
    }
    return FaceInputs(**given)  # type: ignore[arg-type]


def test_all_twenty_eight_are_there_in_the_standards_order() -> None:
    found = face_components(_inputs())
    assert tuple(found.components) == names.COMPONENTS
    assert tuple(found.algorithms) == names.COMPONENTS


def test_what_does_not_follow_the_standards_formula_says_so() -> None:
    algorithms = face_components(_inputs()).algorithms
    assert {name for name, algorithm in algorithms.items() if algorithm != STANDARD} == OWN
    assert all(algorithms[name].startswith("claim-kiosk-own-") for name in OWN)


def test_what_follows_it_is_mapped_as_it_says() -> None:
    found = face_components(_inputs())
    for name, value in found.components.items():
        if found.algorithms[name] == STANDARD:
            assert value.scalar == scalar(name, value.raw)


@pytest.mark.parametrize(
    ("missing", "absent"),
    [
        (
            {"pose": Pose()},
            {
                names.HEAD_POSE_YAW,
                names.HEAD_POSE_PITCH,
                names.HEAD_POSE_ROLL,
                names.INTER_EYE_DISTANCE,
                names.UNIFIED_QUALITY_SCORE,
            },
        ),
        ({"pose": Pose(yaw_deg=0.0, roll_deg=0.0)}, {names.HEAD_POSE_PITCH, names.UNIFIED_QUALITY_SCORE}),
        ({"face_areas_px": ()}, {names.SINGLE_FACE}),
        ({"background": None}, {names.BACKGROUND_UNIFORMITY, names.NO_HEAD_COVERINGS}),
        ({"blendshapes": None}, {names.EXPRESSION_NEUTRALITY}),
        ({"blendshapes": {"jawOpen": 0.0}}, {names.EXPRESSION_NEUTRALITY}),
    ],
)
def test_what_is_missing_leaves_its_components_out_and_no_others(missing: dict[str, object], absent: set[str]) -> None:
    assert set(names.COMPONENTS) - set(face_components(_inputs(**missing)).components) == absent


def test_the_mesh_gives_the_same_geometry_as_the_98_points_it_lies_on() -> None:
    image, points = portrait()
    mesh = np.tile(points.mean(axis=0), (478, 1))
    ours, theirs = from_face_mesh(mesh + np.arange(478)[:, None]).scheme, from_adnet98(points).scheme
    places = [
        *zip(ours.left_eye_corners, theirs.left_eye_corners, strict=True),
        *zip(ours.right_eye_corners, theirs.right_eye_corners, strict=True),
        *zip(ours.mouth_corners, theirs.mouth_corners, strict=True),
        *zip(ours.sides, theirs.sides, strict=True),
        (ours.nose_tip, theirs.nose_tip),
        (ours.chin, theirs.chin),
    ]
    for pairs in ("left_eye_lids", "right_eye_lids", "lips"):
        for one, other in zip(getattr(ours, pairs), getattr(theirs, pairs), strict=True):
            places += zip(one, other, strict=True)
    for index, of_98 in places:
        mesh[index] = points[of_98]
    found, expected = (
        face_components(_inputs(landmarks=landmarks)).components
        for landmarks in (from_face_mesh(mesh), from_adnet98(points))
    )
    for name in (names.INTER_EYE_DISTANCE, names.HEAD_SIZE, names.EYES_OPEN, names.MOUTH_CLOSED, names.MARGIN_ABOVE):
        assert found[name].raw == pytest.approx(expected[name].raw), name
    assert image.shape == (720, 1280, 3)
