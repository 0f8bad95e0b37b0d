"""Whom to follow, and when to look at the whole again, is decided out of what was seen."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.face.detection import DetectedFace
from appliance.face.landmarks import Landmarks
from appliance.face.tracking import Track


def _face(x: float, y: float, edge: float) -> DetectedFace:
    box = np.array([x - edge / 2, y - edge / 2, x + edge / 2, y + edge / 2], np.float32)
    eyes = [[x - edge / 5, y], [x + edge / 5, y]]
    return DetectedFace(0.9, box, np.array([*eyes, *[[x, y]] * 4], np.float32))


def _points(x: float, y: float, edge: float, presence: float = 0.99) -> Landmarks:
    points = np.zeros((478, 3), np.float32)
    points[:, :2] = np.random.default_rng(1).uniform(-0.5, 0.5, (478, 2)) * edge + [x, y]
    points[33, :2], points[263, :2] = (x - edge / 3, y), (x + edge / 3, y)
    return Landmarks(points, presence)


FOLLOWED = Track().detected([_face(300, 200, 100)]).located(_points(300, 200, 120))


def test_at_first_nobody_is_followed_and_the_whole_is_looked_at() -> None:
    track = Track()
    assert track.is_lost
    assert track.wants_detection()
    assert track.detected([]).is_lost
    assert track.located(_points(1, 1, 50)) == track


def test_the_largest_face_is_followed() -> None:
    track = Track().detected([_face(900, 200, 60), _face(300, 200, 100), _face(600, 200, 80)])
    assert track.crop is not None
    assert (track.crop.x_px, track.crop.y_px) == (300, 200)
    assert track.faces == 3
    assert track.identity == 1


def test_the_next_look_is_where_the_points_were() -> None:
    track = FOLLOWED.located(_points(320, 210, 120))
    assert track.crop is not None
    assert track.crop.x_px == pytest.approx(320, abs=3)
    assert track.crop.y_px == pytest.approx(210, abs=3)
    assert track.identity == FOLLOWED.identity


@pytest.mark.parametrize("every", [1, 2, 5])
def test_the_whole_is_looked_at_every_so_many_frames(every: int) -> None:
    track, looks = FOLLOWED, []
    for _ in range(12):
        wanted = track.wants_detection(every)
        looks.append(wanted)
        track = track.detected([_face(300, 200, 100)]) if wanted else track.skipped_detection()
    assert sum(looks) == 12 // every
    assert looks[every - 1 :: every] == [True] * (12 // every)


def test_somebody_else_is_counted_and_does_not_take_over() -> None:
    track = FOLLOWED.detected([_face(900, 200, 300), _face(300, 200, 100)])
    assert track.faces == 2
    assert track.crop == FOLLOWED.crop
    assert track.identity == FOLLOWED.identity


@pytest.mark.parametrize(
    "seen",
    [
        _points(300, 200, 120, presence=0.4),
        _points(900, 200, 120),
        _points(300, 200, 20),
        _points(300, 200, 900),
        Landmarks(np.full((478, 3), np.nan, np.float32), 0.99),
        Landmarks(np.zeros((478, 3), np.float32), 0.99),
    ],
    ids=["hardly a face", "a leap", "a collapse", "a burst", "no numbers", "one point"],
)
def test_what_cannot_be_the_same_face_is_lost(seen: Landmarks) -> None:
    track = FOLLOWED.located(seen)
    assert track.is_lost
    assert track.wants_detection()


def test_whoever_comes_after_a_lost_face_is_somebody_new() -> None:
    lost = FOLLOWED.located(_points(300, 200, 120, presence=0.1))
    assert lost.detected([_face(310, 200, 100)]).identity == FOLLOWED.identity + 1
