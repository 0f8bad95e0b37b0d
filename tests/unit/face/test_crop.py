"""A crop is a square somewhere in a picture: its places are the picture's, however it is turned, large or far out."""

from __future__ import annotations

import functools

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.face.crop import FaceCrop, around_detection, around_landmarks
from appliance.face.detection import DetectedFace

CROPS = st.builds(
    FaceCrop,
    x_px=st.floats(-500, 2000),
    y_px=st.floats(-500, 2000),
    edge_px=st.floats(1, 3000),
    turn_rad=st.floats(-3.14, 3.14),
)


@given(crop=CROPS, edge_px=st.sampled_from([16, 192, 256]))
def test_its_middle_stays_and_its_edge_is_as_long_as_it_says(crop: FaceCrop, edge_px: int) -> None:
    matrix = crop.to_picture(edge_px)
    corners = np.array([[0, 0, 1], [edge_px, 0, 1], [edge_px / 2, edge_px / 2, 1]]) @ matrix.T
    np.testing.assert_allclose(corners[2], [crop.x_px, crop.y_px], atol=1e-6)
    assert np.linalg.norm(corners[1] - corners[0]) == pytest.approx(crop.edge_px)
    turn = np.arctan2(*(corners[1] - corners[0])[::-1])
    assert np.cos(turn - crop.turn_rad) == pytest.approx(1)


@functools.cache
def _blots(size: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Smooth enough that neither a smaller nor a turned picture loses any of it."""
    noise = np.random.default_rng(3).normal(0, 1, (size, size))
    smooth = cv2.GaussianBlur(noise, (0, 0), 40)
    return np.asarray(cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX), np.uint8)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "crop",
    [
        FaceCrop(900, 1000, 200, 0.3),
        FaceCrop(900, 1000, 700, -0.4),  # twice as large as what is taken: means are taken first
        FaceCrop(1000, 950, 1500, 2.0),
        FaceCrop(100, 1900, 1100, 0.2),  # stands out of the picture
    ],
)
def test_what_is_taken_is_what_lies_there(crop: FaceCrop) -> None:
    picture = _blots(2000)
    taken = crop.taken_from(picture, 256).astype(float)
    column, row = np.meshgrid(np.arange(256), np.arange(256))
    places = np.stack([column, row, np.ones_like(row)], axis=-1) @ crop.to_picture(256).T
    inside = ((places > 8) & (places < 1991)).all(axis=-1)
    x, y = np.round(places[inside]).astype(int).T
    assert np.abs(taken[inside] - picture[y, x]).max() <= 4
    assert np.abs((taken[inside] - picture[y, x]).mean()) < 0.2
    outside = ((places < -8) | (places > 2008)).any(axis=-1)
    assert not taken[outside].any()


def test_a_detection_is_looked_at_upright_and_with_the_whole_head() -> None:
    eyes = [[100, 100], [140, 140]]
    face = DetectedFace(0.9, np.array([80, 80, 180, 180], np.float32), np.array([*eyes, *[[0, 0]] * 4], np.float32))
    crop = around_detection(face)
    assert (crop.x_px, crop.y_px, crop.edge_px) == (130, 130, 150)
    assert crop.turn_rad == pytest.approx(np.pi / 4)


@given(turn=st.floats(-3, 3), size=st.floats(20, 900), x=st.floats(0, 1000), y=st.floats(0, 1000))
def test_a_crop_follows_points_wherever_they_go(turn: float, size: float, x: float, y: float) -> None:
    points = np.random.default_rng(1).uniform(-0.5, 0.5, (478, 2))
    points[33], points[263] = (-0.3, 0.0), (0.3, 0.0)
    before = around_landmarks(points.astype(np.float32))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    after = around_landmarks(np.asarray(points @ rotation.T * size + [x, y], np.float32))
    middle = rotation @ [before.x_px, before.y_px] * size + [x, y]
    np.testing.assert_allclose([after.x_px, after.y_px], middle, atol=0.01 * size)
    assert after.edge_px == pytest.approx(before.edge_px * size, rel=0.01)
    assert np.cos(after.turn_rad - before.turn_rad - turn) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    "crop",
    [
        FaceCrop(float("nan"), 0, 10, 0),
        FaceCrop(0, float("inf"), 10, 0),
        FaceCrop(0, 0, 0.5, 0),
        FaceCrop(0, 0, 1e9, 0),
    ],
)
def test_some_crops_cannot_be_looked_at(crop: FaceCrop) -> None:
    assert not crop.is_possible
