"""A face is followed through frames; the whole is looked at when it is lost and now and then."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.face.detection import DetectedFace, FaceDetector
from appliance.face.following import FaceFollower, Followed
from appliance.face.landmarks import FaceLandmarker
from appliance.face.tracking import Track
from drivers.contracts import Pixels
from drivers.simulated.drawn.face import draw_face

EVERY = 5


def _through(follower: FaceFollower, frames: list[Pixels], track: Track | None = None) -> list[Followed]:
    seen = []
    track = track or Track()
    for frame in frames:
        seen.append(follower.follow(track, frame))
        track = seen[-1].track
    return seen


@pytest.fixture
def looks(detector: FaceDetector, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one at each look at a whole frame."""
    counted: list[int] = []
    look = detector.detect

    def counting(pixels: Pixels) -> list[DetectedFace]:
        counted.append(1)
        return look(pixels)

    monkeypatch.setattr(detector, "detect", counting)
    return counted


def test_a_still_face_is_looked_for_once_and_then_every_fifth_frame(
    follower: FaceFollower, looks: list[int], portrait: Pixels
) -> None:
    seen = _through(follower, [portrait] * 11)
    assert len(looks) == 3
    assert {one.track.identity for one in seen} == {1}
    assert {one.faces for one in seen} == {1}
    places = np.array([one.landmarks.points[:, :2] for one in seen if one.landmarks is not None])
    assert len(places) == 11
    size = np.ptp(places[0], axis=0).max()
    assert np.abs(places[1:] - places[0]).mean() < 0.01 * size


def test_a_moving_face_is_followed(follower: FaceFollower, portrait: Pixels) -> None:
    frames = [np.roll(portrait, 12 * number, axis=1) for number in range(12)]
    seen = _through(follower, frames)
    assert {one.track.identity for one in seen} == {1}
    noses = [one.landmarks.points[4, 0] for one in seen if one.landmarks is not None]
    np.testing.assert_allclose(np.diff(noses), 12, atol=4)


def test_a_face_that_leaps_is_found_in_the_same_frame_as_somebody_new(follower: FaceFollower, portrait: Pixels) -> None:
    first, second = _through(follower, [portrait, np.roll(portrait, 400, axis=1)])
    assert first.landmarks is not None
    assert second.landmarks is not None
    assert second.track.identity == 2


def test_who_leaves_is_gone_and_who_comes_is_found(follower: FaceFollower, portrait: Pixels) -> None:
    empty = np.full_like(portrait, 180)
    seen = _through(follower, [portrait, empty, empty, portrait])
    assert [one.landmarks is not None for one in seen] == [True, False, False, True]
    assert [one.faces for one in seen] == [1, 0, 0, 1]


def test_a_second_person_is_noticed_at_the_next_look_at_the_whole(follower: FaceFollower) -> None:
    alone, other = draw_face(1, 720, 640), draw_face(2, 720, 640)
    one = np.hstack([alone, np.full_like(other, 200)])
    both = np.hstack([alone, other])
    seen = _through(follower, [one, one, *[both] * EVERY])
    assert [step.faces for step in seen[:2]] == [1, 1]
    assert seen[-1].faces == 2
    assert {step.track.identity for step in seen} == {1}


def test_a_follower_serves_two_cameras_since_it_keeps_nothing(
    detector: FaceDetector, landmarker: FaceLandmarker
) -> None:
    follower = FaceFollower(detector, landmarker)
    left, right = draw_face(1, 720, 640), draw_face(2, 480, 640)
    alone = [one.track for one in _through(follower, [left] * 3)]
    track, other, together = Track(), Track(), []
    for _ in range(3):
        track = follower.follow(track, left).track
        other = follower.follow(other, right).track
        together.append(track)
    assert together == alone
