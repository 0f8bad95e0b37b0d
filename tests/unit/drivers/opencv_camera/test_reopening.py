"""A camera of which nothing can be told to be new is opened again: not too soon, and no later than it is worth."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from drivers.opencv_camera import player as player_module
from drivers.opencv_camera.player import Player
from tests.unit.drivers.opencv_camera.scripted import OLD_NS, Camera, Told, begin, given, playing

AN_HOUR_NS = 3600 * 1_000_000_000
FRAMES = 8
"""So many at least are looked at."""


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    return Told(monkeypatch)


@pytest.fixture
def camera() -> Iterator[Camera]:
    opened = Camera()
    yield opened
    opened.end()


@pytest.fixture
def player(camera: Camera, told: Told, monkeypatch: pytest.MonkeyPatch) -> Player:
    """It has been opened twice, because nothing could be told of what the first stream gave."""
    begun = playing(camera.open)
    begin(begun, camera)
    told.has_time, told.interval_ns = False, 1234.0
    monkeypatch.setattr(player_module, "_UNPROVED_NS", 0)
    for _ in range(FRAMES):
        assert camera.opened == 1
        assert given(begun, camera, OLD_NS + 1) is None
    assert camera.opened == 2
    monkeypatch.setattr(player_module, "_UNPROVED_NS", AN_HOUR_NS)
    begin(begun, camera)
    return begun


def test_what_was_measured_of_its_pace_is_known_of_the_next_stream(player: Player, told: Told) -> None:
    """Many a camera announces another one, or none: until it was measured nothing would be believed of a fast one."""
    announced_ns, known_ns = (usual_ns for _, usual_ns in told.begun_with)
    assert announced_ns == pytest.approx(1e9 / 30)
    assert known_ns == 1234.0


def test_where_it_did_not_help_to_wait_no_more_than_a_few_pictures_are_looked_at(
    player: Player, camera: Camera
) -> None:
    for _ in range(FRAMES):
        assert camera.opened == 2
        assert given(player, camera, OLD_NS + 2) is None
    assert camera.opened == 3


def test_a_picture_that_could_be_told_to_be_new_gives_hope_again(player: Player, camera: Camera, told: Told) -> None:
    told.since_ns = time.monotonic_ns()
    assert given(player, camera, OLD_NS + 2) is not None
    told.since_ns = OLD_NS
    assert [given(player, camera, OLD_NS + 3) for _ in range(3 * FRAMES)] == [None] * 3 * FRAMES
    assert camera.opened == 2
