"""Hints that single frames give: a beat of grids, a mirrored lamp, straight edges around. None of them ever alarms."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from appliance.liveness.face.bezel import bezel, sides
from appliance.liveness.face.mesh import FaceBox, Points, box_of, oval
from appliance.liveness.face.moire import moire, peak
from appliance.liveness.face.specular import largest_white_share, specular
from appliance.model.liveness import ALARM_SCORE
from drivers.contracts import Pixels
from tests.unit.liveness.face.scenes import HEIGHT, WIDTH, grain, landmarks

OUTLINE = oval(landmarks())
assert OUTLINE is not None
FACE: Points = OUTLINE
BOX = box_of(FACE)
X, Y = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))


def _with_beat(amount: float, period_px: float, angle_deg: float) -> Pixels:
    along = X * np.cos(np.radians(angle_deg)) + Y * np.sin(np.radians(angle_deg))
    noise = np.random.default_rng(2).normal(0.0, 2.0, X.shape)
    waves = amount * np.cos(2 * np.pi * along / period_px)
    return np.asarray(np.clip(grain(6, fine_px=4.0) + waves + noise, 0, 255), np.uint8)


@pytest.mark.parametrize("period_px", [2.7, 4.0, 7.3])
@pytest.mark.parametrize("angle_deg", [11.0, 40.0, -63.0])
def test_a_beat_of_two_grids_is_a_hint(period_px: float, angle_deg: float) -> None:
    found = moire([peak(_with_beat(8.0, period_px, angle_deg), BOX)])
    assert found.score == 0.3


@pytest.mark.parametrize("quality", [50, 80, 95])
def test_skin_noise_and_jpeg_are_none(quality: int) -> None:
    written = cv2.imencode(".jpg", _with_beat(0.0, 4.0, 0.0), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    read = cv2.imdecode(written, cv2.IMREAD_GRAYSCALE)
    assert read is not None
    assert moire([peak(np.asarray(read, np.uint8), BOX)]).score == 0.0


def test_a_picture_that_is_too_small_for_a_spectrum_is_said_to_be() -> None:
    assert moire([peak(np.zeros((200, 480), np.uint8), BOX), None]).omitted == "image-too-small"


@pytest.mark.parametrize(("radius_px", "score"), [(0, 0.0), (5, 0.0), (40, 0.3)])
def test_a_large_white_patch_on_the_face_is_a_hint(radius_px: int, score: float) -> None:
    grey = np.full((HEIGHT, WIDTH), 140, np.uint8)
    if radius_px:
        cv2.circle(grey, (230, 190), radius_px, 255, cv2.FILLED)
    assert specular([largest_white_share(grey, FACE)]).score == score


def test_a_white_wall_beside_the_face_is_none() -> None:
    grey = np.full((HEIGHT, WIDTH), 255, np.uint8)
    cv2.fillConvexPoly(grey, cv2.convexHull(np.round(FACE).astype(np.int32)), 140)
    cv2.drawContours(grey, [cv2.convexHull(np.round(FACE).astype(np.int32))], -1, 140, 3)
    assert specular([largest_white_share(grey, FACE)]).score == 0.0


def _edged(left: int, top: int, right: int, bottom: int) -> Pixels:
    grey = np.full((HEIGHT, WIDTH), 190, np.uint8)
    cv2.rectangle(grey, (left, top), (right, bottom), 60, 6)
    return grey


def test_a_frame_around_the_face_is_a_hint() -> None:
    found = bezel([sides(_edged(140, 60, 340, 320), BOX)] * 3)
    assert (found.score, found.evidence["sides"]) == (0.3, 4.0)


@pytest.mark.parametrize(
    "grey",
    [np.full((HEIGHT, WIDTH), 190, np.uint8), _edged(-50, -50, 130, 500), _edged(220, 150, 260, 200)],
    ids=["a plain wall", "one door", "something small on the face"],
)
def test_what_is_not_around_the_face_is_none(grey: Pixels) -> None:
    assert bezel([sides(grey, BOX)]).score == 0.0


def test_an_edge_in_few_frames_does_not_count() -> None:
    framed, plain = sides(_edged(140, 60, 340, 320), BOX), sides(np.full((HEIGHT, WIDTH), 190, np.uint8), BOX)
    assert bezel([framed, plain, plain]).score == 0.0


def test_no_hint_of_single_frames_is_enough_for_an_alarm() -> None:
    worst = [moire([99.0]), specular([1.0]), bezel([(True, True, True, True)])]
    assert all((each.score or 0.0) < ALARM_SCORE for each in worst)


def test_a_face_outside_the_picture_has_no_room() -> None:
    away = FaceBox(-900.0, -900.0, 100.0, 130.0)
    assert bezel([sides(np.zeros((HEIGHT, WIDTH), np.uint8), away)]).omitted == "no-room"
    assert (
        specular(
            [largest_white_share(np.zeros((HEIGHT, WIDTH), np.uint8), np.asarray(FACE - 5000, np.float32))]
        ).omitted
        == "no-face"
    )
