"""The 16 components of a drawn face: what each answers to, what it does not, and what is missing when an input is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import cv2
import numpy as np
import pytest

from appliance.errors import QualityError
from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.adnet98 import from_adnet98
from appliance.quality.iso29794_5.model_free import model_free_components
from drivers.contracts import Pixels
from tests.unit.quality.iso29794_5.drawn_face import Drawing, Points, portrait

PIXEL_MEASURES = (
    names.LUMINANCE_MEAN,
    names.LUMINANCE_VARIANCE,
    names.UNDER_EXPOSURE,
    names.OVER_EXPOSURE,
    names.DYNAMIC_RANGE,
    names.ILLUMINATION_UNIFORMITY,
    names.NATURAL_COLOUR,
)


def _raw(image: Pixels, points: Points, *, seen: Pixels | None = None) -> dict[str, float]:
    found = model_free_components(image, from_adnet98(points), face_areas_px=[900.0], yaw_deg=0.0, seen=seen)
    return {name: value.raw for name, value in found.items()}


def _lit(image: Pixels, gain: float) -> Pixels:
    return np.asarray(np.clip(image * gain, 0, 255), np.uint8)


def test_all_sixteen_are_there_by_their_names() -> None:
    image, points = portrait()
    assert set(_raw(image, points)) == set(names.MODEL_FREE)


def test_a_good_portrait_scores_well() -> None:
    image, points = portrait(1600, 1244, between_eyes_px=250)
    found = model_free_components(image, from_adnet98(points), face_areas_px=[900.0], yaw_deg=0.0)
    size = {names.HEAD_SIZE}
    assert {name: value.scalar for name, value in found.items() if value.scalar < 60 and name not in size} == {}


def test_what_is_not_known_is_absent() -> None:
    image, points = portrait()
    found = model_free_components(image, from_adnet98(points))
    assert set(names.MODEL_FREE) - set(found) == {names.SINGLE_FACE, names.INTER_EYE_DISTANCE}


@pytest.mark.parametrize("level", [0, 128, 255])
def test_exposure_light_and_colour_are_those_of_the_face_not_of_the_frame(level: int) -> None:
    image, points = portrait()
    before = _raw(image, points)
    left, top = (points.min(axis=0) - 3).astype(int)
    right, bottom = (points.max(axis=0) + 4).astype(int)
    framed = np.full_like(image, level)
    framed[top:bottom, left:right] = image[top:bottom, left:right]
    after = _raw(framed, points)
    for name in PIXEL_MEASURES:
        assert after[name] == pytest.approx(before[name], abs=0.02), name


def test_a_face_that_is_moved_and_turned_is_the_same_face() -> None:
    image, points = portrait()
    turned = cv2.getRotationMatrix2D((640.0, 300.0), 10.0, 1.0)
    moved = np.floor(points @ turned[:, :2].T + turned[:, 2] + 0.5)
    other = np.asarray(cv2.warpAffine(image, turned, (1280, 720), borderMode=cv2.BORDER_REPLICATE), np.uint8)
    before, after = _raw(image, points), _raw(other, moved)
    for name in (*PIXEL_MEASURES, names.EYES_OPEN, names.MOUTH_CLOSED):
        assert after[name] == pytest.approx(before[name], abs=0.1), name


def test_a_mean_and_its_spread_are_those_of_linear_light() -> None:
    image, points = portrait()
    image[:] = 188
    raw = _raw(image, points)
    assert raw[names.LUMINANCE_MEAN] == pytest.approx(((188 / 255 + 0.055) / 1.055) ** 2.4, abs=1 / 255)
    assert raw[names.LUMINANCE_VARIANCE] == pytest.approx(0.0, abs=1e-12)
    assert raw[names.DYNAMIC_RANGE] == pytest.approx(0.0, abs=1e-12)
    assert raw[names.ILLUMINATION_UNIFORMITY] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("name", "gains"),
    [
        (names.UNDER_EXPOSURE, (1.0, 0.6, 0.4, 0.2)),
        (names.OVER_EXPOSURE, (1.0, 1.3, 1.6, 2.4)),
    ],
)
def test_more_of_the_face_is_lost_the_further_the_light_is_off(name: str, gains: Sequence[float]) -> None:
    image, points = portrait()
    lost = [_raw(_lit(image, gain), points)[name] for gain in gains]
    assert all(one <= other for one, other in pairwise(lost))
    assert lost[-1] > lost[0] + 0.3


def test_a_covered_part_does_not_count_as_under_exposed() -> None:
    image, points = portrait()
    top = int(points[:, 1].mean())
    image[top:] = 0
    seen = np.ones((616, 616), np.uint8)
    seen[340:] = 0
    assert _raw(image, points)[names.UNDER_EXPOSURE] > 0.3
    assert _raw(image, points, seen=seen)[names.UNDER_EXPOSURE] < 0.1


def test_light_from_the_side_is_less_even_step_by_step() -> None:
    image, points = portrait()
    middle = points[:, 0].mean()
    across = np.clip((np.arange(image.shape[1]) - middle) / 200.0, -1, 1)
    even = [
        _raw(_lit(image, 1 + k * across[None, :, None]), points)[names.ILLUMINATION_UNIFORMITY] for k in (0, 0.3, 0.7)
    ]
    assert even[0] > even[1] > even[2]


def test_a_tint_moves_the_skin_away_from_natural_colour() -> None:
    image, points = portrait()
    tinted = [_raw(_lit(image, np.array([k, 1.0, 1.0])), points)[names.NATURAL_COLOUR] for k in (1.0, 0.6, 0.3)]  # type: ignore[arg-type]
    assert tinted[0] == 0.0
    assert tinted[0] < tinted[1] < tinted[2]


def test_a_grey_picture_is_not_of_natural_colour() -> None:
    image, points = portrait()
    grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    assert _raw(np.asarray(grey, np.uint8), points)[names.NATURAL_COLOUR] >= 5.0


@pytest.mark.parametrize(
    ("name", "drawn", "sign"),
    [
        (names.EYES_OPEN, lambda size: Drawing(eye_opening=size), 1),
        (names.MOUTH_CLOSED, lambda size: Drawing(mouth_opening=size), 1),
    ],
)
def test_an_opening_counts_for_the_size_of_the_head(name: str, drawn: Callable[[float], Drawing], sign: int) -> None:
    for between_eyes_px in (120.0, 300.0):
        raw = [
            _raw(*portrait(1600, 1244, between_eyes_px=between_eyes_px, drawing=drawn(s)))[name] for s in (2, 10, 20)
        ]
        assert raw == sorted(raw)
        assert raw[2] == pytest.approx(20 / 206, abs=0.02)


def test_of_two_eyes_the_less_open_one_counts() -> None:
    image, points = portrait()
    points[60:68, 1] = points[60, 1]
    assert _raw(image, points)[names.EYES_OPEN] < 0.01


def test_a_turned_heads_eyes_count_as_far_apart_as_from_the_front() -> None:
    image, points = portrait(between_eyes_px=150)
    frontal, turned = (
        model_free_components(image, from_adnet98(points), yaw_deg=yaw)[names.INTER_EYE_DISTANCE].raw
        for yaw in (0.0, 60.0)
    )
    assert frontal == pytest.approx(150, abs=1)
    assert turned == pytest.approx(2 * frontal)


def test_margins_follow_the_head_through_the_picture() -> None:
    image, points = portrait()
    here, there = _raw(image, points), _raw(image, points + np.array([60, 40]))
    between, to_chin = 150.0, 150 / 113 * 206
    assert there[names.LEFTWARD_CROP] - here[names.LEFTWARD_CROP] == pytest.approx(60 / between, abs=0.02)
    assert there[names.RIGHTWARD_CROP] - here[names.RIGHTWARD_CROP] == pytest.approx(-60 / between, abs=0.02)
    assert there[names.MARGIN_ABOVE] - here[names.MARGIN_ABOVE] == pytest.approx(40 / to_chin, abs=0.02)
    assert there[names.MARGIN_BELOW] - here[names.MARGIN_BELOW] == pytest.approx(-40 / to_chin, abs=0.02)
    assert here[names.HEAD_SIZE] == pytest.approx(to_chin / 720, abs=0.01)


@pytest.mark.parametrize(
    ("areas", "raw"), [([400.0], 0.0), ([100.0, 400.0, 50.0], 0.25), ([400.0, 400.0], 1.0), ([0.0, 7.0], 0.0)]
)
def test_another_face_counts_by_its_size(areas: list[float], raw: float) -> None:
    image, points = portrait()
    found = model_free_components(image, from_adnet98(points), face_areas_px=areas)
    assert found[names.SINGLE_FACE].raw == raw


def test_a_face_at_the_edge_of_the_picture_is_judged_all_the_same() -> None:
    image, points = portrait()
    cut = np.ascontiguousarray(image[:, int(points[:, 0].mean()) :])
    raw = _raw(cut, points - (int(points[:, 0].mean()), 0))
    assert set(raw) == set(names.MODEL_FREE)
    assert all(math.isfinite(value) for value in raw.values())


@pytest.mark.parametrize(
    "points",
    [np.zeros((98, 2)), np.full((98, 2), np.nan), np.zeros((97, 2)), np.zeros((98, 3)), np.full((98, 2), 1e300)],
)
def test_points_that_are_no_face_are_refused_by_name(points: Points) -> None:
    image, _ = portrait(64, 64, between_eyes_px=10)
    with pytest.raises(QualityError):
        model_free_components(image, from_adnet98(points))


@pytest.mark.parametrize(
    "image", [np.zeros((100, 100), np.uint8), np.zeros((100, 100, 3)), np.zeros((9, 9, 4), np.uint8)]
)
def test_what_is_no_colour_image_is_refused_by_name(image: Pixels) -> None:
    _, points = portrait()
    with pytest.raises(QualityError):
        model_free_components(image, from_adnet98(points))


@pytest.mark.parametrize("seen", [np.ones((615, 616), np.uint8), np.ones((616, 616)), np.ones((616, 616, 1), np.uint8)])
def test_what_is_no_mask_of_the_upright_frame_is_refused_by_name(seen: Pixels) -> None:
    image, points = portrait()
    with pytest.raises(QualityError):
        model_free_components(image, from_adnet98(points), seen=seen)
