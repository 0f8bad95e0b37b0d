"""The simple verdict on a portrait: exactly one person, and lit, sharp and large enough."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.model.verdict import NOT_JUDGED, Component
from appliance.quality.eyes import Eyes
from appliance.quality.face import SimpleFaceAssessor
from appliance.quality.face_colour import natural_colour_component
from appliance.quality.face_count import single_face
from appliance.quality.face_light import (
    dynamic_range,
    light_components,
    luminance_mean,
    luminance_variance,
    over_exposure,
    under_exposure,
)
from appliance.quality.face_noise import noise_deviation
from appliance.quality.face_pose import inter_eye_distance, roll_component
from drivers.contracts import Pixels
from drivers.simulated.drawn.face import draw_face
from tests.unit.quality.degrading import blurred, darker, falls, noisier, paler

THRESHOLD = 40


@pytest.fixture(scope="module")
def assessor() -> SimpleFaceAssessor:
    return SimpleFaceAssessor()


@pytest.fixture(scope="module")
def portrait() -> Pixels:
    return draw_face(2, 480, 640)


def test_a_portrait_of_one_person_is_accepted(assessor: SimpleFaceAssessor, portrait: Pixels) -> None:
    verdict = assessor.assess(portrait)
    assert verdict.faces == 1
    assert verdict.accepted(THRESHOLD)
    assert verdict.pose is not None
    assert verdict.pose.yaw_deg is None, "what is not measured is not zero"
    assert verdict.pose.pitch_deg is None


def test_components_bear_the_standards_names_and_only_where_they_are_measured(
    assessor: SimpleFaceAssessor, portrait: Pixels
) -> None:
    components = assessor.assess(portrait).components
    assert {"LuminanceMean", "DynamicRange", "SingleFacePresent", "NaturalColour"} <= set(components)
    assert "UnifiedQualityScore" not in components
    assert all(0 <= component.scalar <= 100 for component in components.values())


@pytest.mark.parametrize("seed", [1, 3, 6])
def test_drawn_people_pass_like_real_ones(assessor: SimpleFaceAssessor, seed: int) -> None:
    assert assessor.assess(draw_face(seed, 720, 1280)).accepted(THRESHOLD)


def test_two_people_are_never_accepted(assessor: SimpleFaceAssessor) -> None:
    both = np.ascontiguousarray(np.hstack([draw_face(2, 480, 420), draw_face(5, 480, 420)]))
    verdict = assessor.assess(both)
    assert verdict.faces == 2
    assert verdict.reasons[0] == "several-faces"
    assert not verdict.accepted(0)
    assert verdict.components["SingleFacePresent"].scalar < 30


def test_a_smaller_leaning_person_behind_is_noticed(assessor: SimpleFaceAssessor, portrait: Pixels) -> None:
    behind = draw_face(5, 240, 220)
    turn = cv2.getRotationMatrix2D((110, 105), 20, 1.0)
    leaning = cv2.warpAffine(behind, turn, (220, 240), borderMode=cv2.BORDER_REPLICATE)
    crowd = np.ascontiguousarray(np.hstack([portrait, np.vstack([leaning, leaning[::-1] * 0 + 200])]))
    assert not assessor.assess(np.asarray(crowd, np.uint8)).accepted(0)


def test_nobody_is_not_judged(assessor: SimpleFaceAssessor) -> None:
    verdict = assessor.assess(np.full((480, 640, 3), 190, np.uint8))
    assert (verdict.score, verdict.reasons, verdict.faces) == (NOT_JUDGED, ("no-face",), 0)


def test_sharpness_falls_with_every_blur_and_a_blurred_face_is_refused(
    assessor: SimpleFaceAssessor, portrait: Pixels
) -> None:
    verdicts = [assessor.assess(blurred(portrait, sigma)) for sigma in (0.0, 1.0, 2.0, 3.0, 4.0)]
    assert falls([verdict.measures["sharpness"] for verdict in verdicts])
    assert falls([verdict.score for verdict in verdicts])
    assert "blurred" in verdicts[-1].reasons


def test_noise_is_no_sharpness_and_never_makes_a_portrait_better(
    assessor: SimpleFaceAssessor, portrait: Pixels
) -> None:
    amounts = (0.0, 10.0, 20.0, 45.0, 70.0)
    for blur in (0.0, 3.0):
        verdicts = [assessor.assess(noisier(blurred(portrait, blur), amount)) for amount in amounts]
        judged = [verdict for verdict in verdicts if verdict.score != NOT_JUDGED]
        assert len(judged) >= 3
        sharpness = [verdict.measures["sharpness"] for verdict in judged]
        assert max(sharpness) <= 1.25 * sharpness[0] + 0.01, f"blurred by {blur}"
        scores = [0 if verdict.score == NOT_JUDGED else verdict.score for verdict in verdicts]
        assert falls(scores, slack=5)
        assert not verdicts[-1].accepted(THRESHOLD)


def test_noise_that_is_too_much_is_named_and_a_little_is_borne(assessor: SimpleFaceAssessor, portrait: Pixels) -> None:
    assert assessor.assess(noisier(portrait, 8.0)).accepted(THRESHOLD)
    assert "picture-noisy" in assessor.assess(noisier(portrait, 45.0)).reasons


@pytest.mark.parametrize("deviation", [3.0, 10.0, 25.0])
def test_the_noise_is_measured_as_it_is(deviation: float) -> None:
    grey = np.full((200, 200), 128, np.uint8)
    grey[:, 90:] = 60  # a step is no noise
    assert noise_deviation(noisier(grey, deviation)) == pytest.approx(deviation, rel=0.1)


def test_the_score_falls_with_the_light(assessor: SimpleFaceAssessor, portrait: Pixels) -> None:
    verdicts = [assessor.assess(darker(portrait, lost)) for lost in (0.0, 0.4, 0.55, 0.7)]
    assert falls([verdict.measures["brightest_level"] for verdict in verdicts])
    assert falls([verdict.score for verdict in verdicts])
    assert "too-dark" in verdicts[-1].reasons


def test_a_pale_face_is_refused(assessor: SimpleFaceAssessor, portrait: Pixels) -> None:
    assert not assessor.assess(paler(portrait, 0.85)).accepted(THRESHOLD)


def test_a_dark_skin_is_no_dark_picture(assessor: SimpleFaceAssessor) -> None:
    """The darkest skin that is drawn, in ordinary light, has neither a reason nor advice about light."""
    verdict = assessor.assess(draw_face(6, 720, 1280))
    assert verdict.accepted(THRESHOLD)
    assert not {"too-dark", "too-little-contrast"} & {*verdict.reasons, *verdict.advice}


def test_light_components_of_plain_histograms() -> None:
    """A face of one grey in the middle of the scale: no spread, one level, nothing lost."""
    histogram = np.zeros(256)
    histogram[128] = 1.0
    components = light_components(histogram)
    assert components["LuminanceMean"].scalar == 100
    assert components["LuminanceVariance"].scalar == 0
    assert components["DynamicRange"].raw == 0.0
    assert components["UnderExposurePrevention"].scalar == 100
    assert components["OverExposurePrevention"].scalar == 100


def _eyes(distance_px: float, roll_deg: float) -> Eyes:
    angle = math.radians(roll_deg)
    return Eyes((0.0, 0.0), (distance_px * math.cos(angle), distance_px * math.sin(angle)))


MAPPINGS: dict[str, Callable[[float], Component]] = {
    "InterEyeDistance": lambda raw: inter_eye_distance(_eyes(raw, 0.0)),
    "HeadPoseRoll": lambda raw: roll_component(_eyes(100.0, raw)),
    "LuminanceMean": luminance_mean,
    "LuminanceVariance": luminance_variance,
    "UnderExposurePrevention": under_exposure,
    "OverExposurePrevention": over_exposure,
    "DynamicRange": dynamic_range,
    "NaturalColour": natural_colour_component,
    "SingleFacePresent": single_face,
}


@pytest.mark.shared
@pytest.mark.parametrize("name", MAPPINGS)
def test_raw_values_map_to_scalars_as_in_the_published_results(shared_data: Path, name: str) -> None:
    with (shared_data / "face" / "expected_results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert rows
    for row in rows:
        assert MAPPINGS[name](float(row[name])).scalar == int(row[f"{name}.scalar"]), row["Filename"]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "faces", "accepted"),
    [
        ("examples_obama-1080p.jpg", 1, True),
        ("examples_obama-720p.jpg", 1, True),
        ("examples_biden.jpg", 1, True),
        ("tests_test_images_obama2.jpg", 1, True),
        ("examples_two_people.jpg", 2, False),
    ],
)
def test_real_pictures(assessor: SimpleFaceAssessor, shared_data: Path, name: str, faces: int, accepted: bool) -> None:
    picture = cv2.imread(str(shared_data / "face" / name))
    assert picture is not None
    verdict = assessor.assess(np.asarray(picture, np.uint8))
    assert verdict.faces == faces
    assert verdict.accepted(THRESHOLD) is accepted


def test_a_picture_made_small_to_be_looked_at_says_the_sizes_of_the_whole_one(assessor: SimpleFaceAssessor) -> None:
    whole = draw_face(2, 960, 1280)
    small = np.asarray(cv2.resize(whole, None, fx=0.2, fy=0.2, interpolation=cv2.INTER_AREA), np.uint8)
    seen, guessed, told = (
        assessor.assess(whole),
        assessor.assess(small),
        assessor.assess(small, reduced_by=5.0),
    )
    assert told.measures["face_width_px"] == pytest.approx(seen.measures["face_width_px"], rel=0.1)
    assert told.components["InterEyeDistance"].raw == pytest.approx(seen.components["InterEyeDistance"].raw, rel=0.1)
    assert "face-too-small" in guessed.reasons
    assert "face-too-small" not in told.reasons
