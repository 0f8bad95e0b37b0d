"""Corners of what is turned: paper and glass move by one homography, a relief does not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.liveness.face.mesh import oval
from appliance.liveness.face.planarity import planarity
from appliance.liveness.face.tracks import Tracks, begun, followed
from appliance.model.liveness import ALARM_SCORE
from tests.unit.liveness.face.scenes import grain, landmarks, moved

CORNERS, FRAMES, WIDTH_PX = 60, 20, 136.0
NO_YAW: list[float | None] = [None] * FRAMES


def _turned(depth: float, turn_deg: float, seed: int = 0, noise_px: float = 0.15, mistaken: int = 0) -> Tracks:
    """Corners on a half barrel of some depth, in face widths, turned about an upright axis before a near camera."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(-0.45, 0.45, (2, CORNERS)) * WIDTH_PX
    z = depth * WIDTH_PX * np.sqrt(1.0 - (x / (0.5 * WIDTH_PX)) ** 2)
    history = np.empty((FRAMES, CORNERS, 2), np.float32)
    for number in range(FRAMES):
        angle = math.radians(turn_deg * min(1.0, number / 10.0))
        near = 1.0 / (1.0 - (z * math.cos(angle) - x * math.sin(angle)) / (8.0 * WIDTH_PX))
        history[number, :, 0] = 240.0 + near * (x * math.cos(angle) + z * math.sin(angle)) + 0.8 * number
        history[number, :, 1] = 180.0 + near * y
    history += random.normal(0.0, noise_px, history.shape)
    history[:, :mistaken] += np.cumsum(random.normal(0.0, 3.0, (FRAMES, mistaken, 2)), axis=0)
    return Tracks(np.zeros((360, 480), np.uint8), history, WIDTH_PX, 0)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("turn_deg", [18.0, 25.0, -35.0])
def test_a_plane_that_is_turned_is_an_attack(seed: int, turn_deg: float) -> None:
    found = planarity([_turned(0.0, turn_deg, seed)], NO_YAW)
    assert found.score is not None
    assert found.score >= ALARM_SCORE
    assert found.evidence["turn_deg"] == pytest.approx(abs(turn_deg), abs=6.0)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("turn_deg", [14.0, -25.0])
def test_a_head_that_is_turned_is_bona_fide(seed: int, turn_deg: float) -> None:
    yaws: list[float | None] = [turn_deg * min(1.0, i / 10.0) for i in range(FRAMES)]
    assert planarity([_turned(0.45, turn_deg, seed)], yaws).score == 0.0


def test_the_deeper_the_relief_the_lower_the_score() -> None:
    yaws: list[float | None] = [22.0 * min(1.0, i / 10.0) for i in range(FRAMES)]
    found = [planarity([_turned(depth, 22.0)], yaws) for depth in (0.0, 0.1, 0.2, 0.3, 0.45)]
    scores = [each.score or 0.0 for each in found]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] >= ALARM_SCORE
    assert scores[-1] == 0.0
    assert [each.evidence["relief"] for each in found] == sorted(each.evidence["relief"] for each in found)


@pytest.mark.parametrize("mistaken", [6, 10])
def test_a_few_mistaken_corners_make_no_head_of_a_plane(mistaken: int) -> None:
    assert (planarity([_turned(0.0, 25.0, mistaken=mistaken)], NO_YAW).score or 0.0) >= ALARM_SCORE


def test_who_does_not_turn_says_nothing_either_way() -> None:
    for depth in (0.0, 0.45):
        found = planarity([_turned(depth, 2.0)], NO_YAW)
        assert (found.score, found.omitted) == (None, "no-turn")


def test_too_few_corners_say_nothing() -> None:
    tracks = _turned(0.0, 25.0)
    tracks.history[1:, 10:] = np.nan
    assert planarity([tracks], NO_YAW).omitted == "too-few-corners"
    assert planarity([], NO_YAW).omitted == "too-few-corners"


def _grey(plane: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.clip(np.round(plane), 0, 255).astype(np.uint8)


def test_corners_are_followed_to_a_tenth_of_a_pixel() -> None:
    texture, outline = grain(1), oval(landmarks())
    assert outline is not None
    tracks = begun(_grey(texture), outline, 0)
    assert tracks is not None
    for step in range(1, 6):
        tracks = followed(tracks, _grey(moved(texture, 2.3 * step, -1.4 * step)))
    shift = tracks.history[-1] - tracks.history[0]
    alive = np.isfinite(shift[:, 0])
    assert alive.sum() > 40
    assert np.abs(np.median(shift[alive], axis=0) - (11.5, -7.0)).max() < 0.1


def test_corners_that_vanish_are_lost_and_not_guessed() -> None:
    outline = oval(landmarks())
    assert outline is not None
    tracks = begun(_grey(grain(1)), outline, 0)
    assert tracks is not None
    after = followed(tracks, _grey(grain(99)))
    assert after.alive < 0.2 * tracks.alive
    assert followed(after, _grey(grain(99))).alive <= after.alive


def test_a_face_without_corners_is_not_followed() -> None:
    outline = oval(landmarks())
    assert outline is not None
    assert begun(np.full((360, 480), 90, np.uint8), outline, 0) is None


def test_corners_that_leave_the_picture_are_lost() -> None:
    texture, outline = grain(1), oval(landmarks(0.0, 75.0))
    assert outline is not None
    tracks = begun(_grey(texture), outline, 0)
    assert tracks is not None
    for step in range(1, 30):
        tracks = followed(tracks, _grey(moved(texture, -6.0 * step)))
    left = tracks.history[-1][np.isfinite(tracks.history[-1, :, 0])]
    assert (left >= 0).all()
    assert followed(tracks, _grey(texture)).history.shape[0] == 31
