"""Whatever a camera sends, something is answered: nothing found, or a refusal by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import QualityError
from appliance.face.crop import FaceCrop
from appliance.face.detection import FaceDetector
from appliance.face.following import FaceFollower
from appliance.face.landmarks import FaceLandmarker
from appliance.face.search import FaceSearch
from appliance.face.segmentation import PersonSegmenter
from appliance.face.tracking import Track
from drivers.contracts import Pixels

EDGES = st.sampled_from([1, 2, 3, 7, 64, 191, 192, 193, 400, 1000])
ANYWHERE = st.floats(allow_nan=True, allow_infinity=True)


@st.composite
def pictures(draw: st.DrawFn) -> Pixels:
    shape = (draw(EDGES), draw(EDGES), *draw(st.sampled_from([(), (3,)])))
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    if draw(st.booleans()):
        return np.full(shape, draw(st.integers(0, 255)), np.uint8)
    return random.integers(0, 256, shape, np.uint8)


@given(picture=pictures())
def test_any_picture_has_a_number_of_faces_and_a_mask(
    detector: FaceDetector, segmenter: PersonSegmenter, follower: FaceFollower, picture: Pixels
) -> None:
    for face in detector.detect(picture, 0.1):
        assert 0.1 <= face.score <= 1
        assert np.isfinite(face.box).all()
        assert (face.box[2:] > face.box[:2]).all()
        assert np.isfinite(face.keypoints).all()
    mask = segmenter.mask(picture)
    assert mask.shape == picture.shape[:2]
    assert np.isfinite(mask).all()
    assert follower.follow(Track(), picture).faces >= 0


@given(picture=pictures(), x=ANYWHERE, y=ANYWHERE, edge=ANYWHERE, turn=ANYWHERE)
def test_any_crop_of_any_picture_has_points(
    landmarker: FaceLandmarker, picture: Pixels, x: float, y: float, edge: float, turn: float
) -> None:
    for crop in (FaceCrop(x, y, edge, turn), FaceCrop(10, 20, abs(edge), 1.0), FaceCrop(x, y, 900, turn)):
        seen = landmarker.locate(picture, crop)
        assert seen.points.shape == (478, 3)
        assert np.isfinite(seen.points).all()
        assert 0 <= seen.presence <= 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1, 3), (65, 900), (700, 700, 3)])
@pytest.mark.parametrize("kind", ["black", "white", "noise"])
def test_nobody_is_found_where_there_is_nothing(search: FaceSearch, shape: tuple[int, ...], kind: str) -> None:
    noise = np.random.default_rng(5).integers(0, 256, shape, np.uint8)
    picture = noise if kind == "noise" else np.full(shape, 255 * (kind == "white"), np.uint8)
    assert search.find(picture) == []


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((0, 0), np.uint8),
        np.zeros((0, 5, 3), np.uint8),
        np.zeros((500, 400, 4), np.uint8),
        np.zeros((500, 400, 1), np.uint8),
        np.zeros((500, 400), np.uint16),
        np.full((500, 400), np.nan),
        np.zeros((400,), np.uint8),
        np.zeros((2, 40_000), np.uint8),
        np.broadcast_to(np.zeros((1, 1), np.uint8), (9000, 9000)),
    ],
    ids=[
        "empty",
        "no rows",
        "four channels",
        "one channel",
        "16 bits",
        "no numbers",
        "a line",
        "too wide",
        "too large",
    ],
)
def test_what_is_no_picture_is_refused_by_name(
    detector: FaceDetector,
    landmarker: FaceLandmarker,
    segmenter: PersonSegmenter,
    search: FaceSearch,
    follower: FaceFollower,
    picture: Any,
) -> None:
    crop = FaceCrop(10, 10, 20, 0)
    looks: list[Callable[[Any], Any]] = [
        detector.detect,
        segmenter.small_mask,
        segmenter.mask,
        search.find,
        lambda pixels: landmarker.locate(pixels, crop),
        lambda pixels: follower.follow(Track(), pixels),
    ]
    for look in looks:
        with pytest.raises(QualityError):
            look(picture)
