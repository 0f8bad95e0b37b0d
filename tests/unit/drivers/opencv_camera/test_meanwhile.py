"""Pictures to be looked at go on while a newer one is waited for, unless that would keep it from coming."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import cv2
import pytest

from drivers.contracts import Pixels
from drivers.opencv_camera.player import Player
from tests.unit.drivers.opencv_camera.scripted import INTO, OLD_NS, PATIENCE_S, Camera, Told, begin, given, playing

MS_NS = 1_000_000
PRESSED_NS = OLD_NS + 1


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    return Told(monkeypatch)


@pytest.fixture
def camera() -> Iterator[Camera]:
    opened = Camera()
    yield opened
    opened.end()


@pytest.fixture
def player(camera: Camera, told: Told) -> Player:
    begun = playing(camera.open)
    begin(begun, camera)
    return begun


def test_what_is_too_old_is_given_meanwhile_and_says_so(player: Player, camera: Camera, told: Told) -> None:
    for _ in range(5):
        seen = given(player, camera, PRESSED_NS)
        assert seen is not None
        assert seen.since_ns == OLD_NS
    told.since_ns = PRESSED_NS
    seen = given(player, camera, PRESSED_NS)
    assert seen is not None
    assert seen.since_ns == PRESSED_NS


def test_who_does_not_keep_up_gives_nothing_more_before_what_was_asked_for(
    player: Player, camera: Camera, told: Told
) -> None:
    """To decode what he has just caught up for would put him behind again."""
    assert given(player, camera, PRESSED_NS) is not None
    told.has_time = False
    assert given(player, camera, PRESSED_NS) is None
    told.has_time = True
    assert [given(player, camera, PRESSED_NS) for _ in range(3)] == [None] * 3
    told.since_ns = PRESSED_NS
    assert given(player, camera, PRESSED_NS) is not None


def test_each_asking_begins_anew(player: Player, camera: Camera, told: Told) -> None:
    told.has_time = False
    assert given(player, camera, PRESSED_NS) is None
    told.has_time = True
    assert given(player, camera, PRESSED_NS + 1) is not None


def test_who_asks_for_nothing_in_particular_is_given_all_there_is(player: Player, camera: Camera, told: Told) -> None:
    told.has_time = False
    assert given(player, camera, 0) is not None


class Stamped:
    """A camera that is always ahead of its reader, whose kernel says when it took each picture in."""

    def __init__(self) -> None:
        self.stamp_ns = time.monotonic_ns()

    def grab(self) -> bool:
        ended_ns = time.thread_time_ns() + 2 * MS_NS
        while time.thread_time_ns() < ended_ns:
            pass
        return True

    def retrieve(self, into: Pixels) -> tuple[bool, Pixels]:
        return True, into

    def get(self, property_id: int) -> float:
        return self.stamp_ns / MS_NS if property_id == cv2.CAP_PROP_POS_MSEC else 30.0

    def release(self) -> None:
        pass


def test_where_the_kernel_says_when_a_picture_came_nobody_has_to_keep_up() -> None:
    opened: list[Stamped] = []

    def opens() -> Any:
        opened.append(Stamped())
        return opened[-1]

    begun = playing(opens, is_stamped=True)
    begun.ask(INTO)
    assert begun.take(PATIENCE_S) is not None
    pressed_ns = time.monotonic_ns()
    begun.ask(INTO, pressed_ns)
    seen = begun.take(PATIENCE_S)
    assert seen is not None
    assert seen.since_ns < pressed_ns, "given to be looked at"
    opened[-1].stamp_ns = time.monotonic_ns()
    while seen is not None and seen.since_ns < pressed_ns:
        begun.ask(INTO, pressed_ns)
        seen = begun.take(PATIENCE_S)
    assert seen is not None
    assert len(opened) == 1
    assert begun.leave(PATIENCE_S)
