"""On a person who does not exist: places turn, grow and move with the picture, whatever its colour and layout."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from appliance.face.blendshapes import NAMES, BlendshapeReader, named
from appliance.face.crop import around_detection
from appliance.face.detection import DetectedFace, FaceDetector, Keypoint
from appliance.face.landmarks import FaceLandmarker, Landmarks
from appliance.face.search import FaceSearch
from appliance.face.segmentation import PersonSegmenter
from drivers.contracts import Pixels
from drivers.simulated.drawn.face import draw_face

LEFT_IRIS, RIGHT_IRIS, NOSE_TIP, CHIN = 468, 473, 4, 152


def _face(detector: FaceDetector, pixels: Pixels) -> DetectedFace:
    (face,) = detector.detect(pixels)
    return face


def _points(detector: FaceDetector, landmarker: FaceLandmarker, pixels: Pixels) -> Landmarks:
    return landmarker.settle(pixels, around_detection(_face(detector, pixels)))


def test_a_face_has_a_square_box_and_six_points_where_they_belong(detector: FaceDetector, portrait: Pixels) -> None:
    face = _face(detector, portrait)
    width, height = face.box[2:] - face.box[:2]
    assert width == pytest.approx(height, rel=0.05)
    assert face.keypoints.shape == (6, 2)
    eyes = face.keypoints[[Keypoint.LEFT_EYE, Keypoint.RIGHT_EYE]]
    nose, mouth = face.keypoints[Keypoint.NOSE_TIP], face.keypoints[Keypoint.MOUTH]
    assert eyes[0, 0] < nose[0] < eyes[1, 0]
    assert eyes[:, 1].max() < nose[1] < mouth[1] < face.box[3]
    assert face.keypoints[Keypoint.LEFT_EAR, 0] < eyes[0, 0]
    assert face.keypoints[Keypoint.RIGHT_EAR, 0] > eyes[1, 0]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("shape", [(720, 1280), (800, 622)])
def test_one_person_is_one_face(search: FaceSearch, seed: int, shape: tuple[int, int]) -> None:
    (face,) = search.find(draw_face(seed, *shape))
    assert face.landmarks is not None


def test_478_points_lie_on_the_face(detector: FaceDetector, landmarker: FaceLandmarker, portrait: Pixels) -> None:
    seen = _points(detector, landmarker, portrait)
    assert seen.points.shape == (478, 3)
    assert seen.points.dtype == np.float32
    assert seen.presence > 0.99
    points = seen.points
    assert points[LEFT_IRIS, 0] < points[NOSE_TIP, 0] < points[RIGHT_IRIS, 0]
    assert points[LEFT_IRIS, 1] < points[NOSE_TIP, 1] < points[CHIN, 1]
    assert points[NOSE_TIP, 2] < points[CHIN, 2], "the tip of the nose is nearest"
    irises = _face(detector, portrait).keypoints[:2]
    apart = np.linalg.norm(irises[1] - irises[0])
    assert np.abs(points[[LEFT_IRIS, RIGHT_IRIS], :2] - irises).max() < 0.15 * apart


@pytest.mark.parametrize("turn_deg", [-25, 15, 30])
def test_points_turn_with_the_picture(
    detector: FaceDetector, landmarker: FaceLandmarker, portrait: Pixels, turn_deg: float
) -> None:
    matrix = cv2.getRotationMatrix2D((640, 360), turn_deg, 1.0)
    turned = np.asarray(cv2.warpAffine(portrait, matrix, (1280, 720), borderMode=cv2.BORDER_REPLICATE), np.uint8)
    before = _points(detector, landmarker, portrait).points[:, :2]
    after = _points(detector, landmarker, turned).points[:, :2]
    size = np.ptp(before, axis=0).max()
    assert np.linalg.norm(after - (before @ matrix[:, :2].T + matrix[:, 2]), axis=1).mean() < 0.02 * size


@pytest.mark.parametrize("times", [0.4, 3.0])
def test_points_grow_with_the_picture(
    detector: FaceDetector, landmarker: FaceLandmarker, portrait: Pixels, times: float
) -> None:
    other = np.asarray(cv2.resize(portrait, None, fx=times, fy=times, interpolation=cv2.INTER_AREA), np.uint8)
    before = (_points(detector, landmarker, portrait).points[:, :2] + 0.5) * times - 0.5
    after = _points(detector, landmarker, other).points[:, :2]
    size = np.ptp(before, axis=0).max()
    assert np.linalg.norm(after - before, axis=1).mean() < 0.015 * size


def test_neither_layout_nor_a_second_look_changes_what_is_seen(
    detector: FaceDetector, landmarker: FaceLandmarker, portrait: Pixels
) -> None:
    plain = _points(detector, landmarker, portrait)
    backwards = np.ascontiguousarray(portrait[::-1, ::-1])[::-1, ::-1]
    wide = np.repeat(portrait, 2, axis=1)[:, ::2]
    for other in (portrait, backwards, wide, np.asfortranarray(portrait)):
        np.testing.assert_array_equal(_points(detector, landmarker, other).points, plain.points)


def test_grey_is_seen_as_colour_without_colours(
    detector: FaceDetector, landmarker: FaceLandmarker, portrait: Pixels
) -> None:
    grey = np.asarray(cv2.cvtColor(portrait, cv2.COLOR_BGR2GRAY), np.uint8)
    threefold = np.repeat(grey[:, :, None], 3, axis=2)
    one, other = _points(detector, landmarker, grey), _points(detector, landmarker, threefold)
    np.testing.assert_allclose(one.points, other.points, atol=0.5)


def test_52_coefficients_have_names_and_do_not_depend_on_where_a_face_is(
    detector: FaceDetector, landmarker: FaceLandmarker, blendshapes: BlendshapeReader, portrait: Pixels
) -> None:
    seen = _points(detector, landmarker, portrait)
    coefficients = blendshapes.read(seen)
    assert coefficients.shape == (52,)
    assert list(named(coefficients)) == list(NAMES)
    assert len(set(NAMES)) == 52
    assert 0 <= coefficients.min() <= coefficients.max() <= 1
    elsewhere = Landmarks(seen.points * 2 + np.float32(100), seen.presence)
    np.testing.assert_allclose(blendshapes.read(elsewhere), coefficients, atol=0.01)


@pytest.mark.parametrize("shape", [(360, 640), (800, 622), (400, 400)])
def test_a_mask_covers_the_picture_and_is_highest_on_the_person(
    detector: FaceDetector, segmenter: PersonSegmenter, shape: tuple[int, int]
) -> None:
    picture = draw_face(1, *shape)
    mask = segmenter.mask(picture)
    assert mask.shape == shape
    assert 0 <= mask.min() <= mask.max() <= 1
    left, top, right, bottom = _face(detector, picture).box.astype(int)
    assert mask[top:bottom, left:right].mean() > 0.8
    assert mask[: shape[0] // 10, : shape[1] // 10].mean() < 0.2


def test_what_a_result_was_made_of_may_be_overwritten(detector: FaceDetector, portrait: Pixels) -> None:
    face = _face(detector, portrait)
    kept = face.box.copy()
    detector.detect(np.zeros_like(portrait))
    np.testing.assert_array_equal(face.box, kept)
