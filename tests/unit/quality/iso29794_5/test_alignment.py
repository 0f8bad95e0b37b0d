"""The upright frame, and that points of no face end in a named refusal or in components, never in anything else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.errors import QualityError
from appliance.quality.iso29794_5.adnet98 import from_adnet98
from appliance.quality.iso29794_5.alignment import FRAME_PX, align
from appliance.quality.iso29794_5.components import FaceInputs, face_components
from drivers.contracts import Pixels
from tests.unit.quality.iso29794_5.drawn_face import Points, portrait, upright_98


@pytest.mark.parametrize("roll_deg", [-25.0, 0.0, 40.0])
@pytest.mark.parametrize("between_eyes_px", [40.0, 150.0])
def test_a_face_comes_to_the_standards_places(between_eyes_px: float, roll_deg: float) -> None:
    image, points = portrait(between_eyes_px=between_eyes_px, roll_deg=roll_deg)
    aligned = align(image, from_adnet98(points)).landmarks
    assert np.abs(aligned.points - upright_98()).max() <= 5.0
    assert aligned.left_eye == pytest.approx((251, 272), abs=2)
    assert aligned.right_eye == pytest.approx((364, 272), abs=2)


def test_the_part_that_is_made_is_that_of_the_whole_frame() -> None:
    image, points = portrait(roll_deg=7.0)
    face = align(image, from_adnet98(points))
    whole = cv2.warpAffine(image, face.to_frame, (FRAME_PX, FRAME_PX))
    window = face.window
    part = whole[window.top : window.bottom, window.left : window.right].astype(int)
    assert face.colour.shape[:2] == face.region.shape == part.shape[:2]
    # OpenCV's newer warps weigh neighbours more finely than the classical one that the reference has.
    assert np.abs(part - face.colour)[face.region > 0].mean() < 1.0


def test_the_region_goes_from_the_brows_to_the_chin() -> None:
    image, points = portrait()
    face = align(image, from_adnet98(points))
    drawn = upright_98()
    assert face.window.top == pytest.approx(drawn[:, 1].min(), abs=4)
    assert face.window.bottom == pytest.approx(drawn[:, 1].max(), abs=4)
    hull = cv2.contourArea(cv2.convexHull(face.landmarks.points.astype(np.int32)))
    assert float(face.region.sum()) == pytest.approx(hull, rel=0.03)


@st.composite
def _scattered(draw: st.DrawFn) -> Points:
    """98 points anywhere, from a heap on one spot to far beyond the picture."""
    chaos = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    spread = draw(st.sampled_from([0.0, 0.4, 3.0, 50.0, 1000.0, 30_000.0, 1e6, 1e200]))
    points = np.floor(chaos.normal(draw(st.sampled_from([0.0, 60.0, 20_000.0])), 1.0, (98, 2)) * spread)
    if draw(st.booleans()):
        points[:, draw(st.sampled_from([0, 1]))] = 5.0
    return points


@settings(max_examples=300)
@given(points=_scattered(), edges=st.tuples(st.integers(1, 90), st.integers(1, 90)))
def test_any_points_on_any_picture_are_judged_or_refused_by_name(points: Points, edges: tuple[int, int]) -> None:
    image = np.random.default_rng(1).integers(0, 256, (*edges, 3), np.uint8)
    background = np.ones((3, 5), np.uint8)
    background[1:, 2:] = 0
    try:
        found = face_components(FaceInputs(image=image, landmarks=from_adnet98(points), background=background))
    except QualityError:
        return
    assert all(0 <= component.scalar <= 100 for component in found.components.values())
    assert all(np.isfinite(component.raw) for component in found.components.values())


@pytest.mark.parametrize("image", [np.zeros((0, 5, 3), np.uint8), np.zeros((1, 40_000, 3), np.uint8)])
def test_a_picture_of_impossible_size_is_refused_by_name(image: Pixels) -> None:
    _, points = portrait()
    with pytest.raises(QualityError):
        align(image, from_adnet98(points))
