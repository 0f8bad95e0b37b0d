"""A face scanner's stills: signed captures that nobody has to see something for, and of no moment that they are not."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from drivers.contracts import CameraRequest, Frame, Pixels, PrivatePool, Shutter, Stop
from drivers.errors import CaptureTimedOut, DeviceFault
from drivers.registry import build_driver
from drivers.sbi.answering import Honest
from drivers.sbi.messages import FACE
from drivers.sbi.offered import DrawnSensor, Offer, Taken, described
from drivers.sbi.positions import Finger
from drivers.sbi.service import SbiService, ServiceSettings
from tests.unit.drivers.sbi.makers import authority
from tests.unit.drivers.sbi.scanners import client_options

SHOWN = 3


class Sensor(DrawnSensor):
    """Shows what it sees, or nothing, in the way that is asked for; `while_taking` happens before it answers."""

    def __init__(self, shows: str = "all") -> None:
        self.shows = shows
        self.nobody = False
        self.exposed_ns: list[int] = []
        self.while_taking: list[Any] = []

    def take(self, fingers: Sequence[Finger], timeout_s: float, stop: Stop) -> list[Taken]:
        self.exposed_ns.append(time.monotonic_ns())
        taken = super().take(fingers, timeout_s, stop)
        if self.while_taking:
            self.while_taking.pop(0)()
        if self.nobody:
            raise CaptureTimedOut
        return taken

    def look(self, stop: Stop) -> Generator[Pixels, None, None]:
        if self.shows == "refuses":
            raise DeviceFault
        if self.shows == "silent":
            stop.wait(60)
            return
        for number, pixels in enumerate(super().look(stop)):
            if self.shows == "ends" and number == SHOWN:
                return
            yield pixels


@contextmanager
def scanner(sensor: Sensor, directory: Path) -> Iterator[Any]:
    offer = Offer(described(FACE, "Full face", "claim-kiosk", "Emulated", "1", "2026-01-01T00:00:00Z"), sensor)
    with SbiService(ServiceSettings(offers=[offer], manner=Honest(authority().signer()))) as service:
        driver: Any = build_driver("sbi-camera", client_options(directory, service.port))
        driver.open()
        try:
            yield driver
        finally:
            driver.close()


def looked_at(driver: Any, shutter: Shutter, **request: Any) -> Iterator[Frame]:
    asked = CameraRequest(preview_width=160, **request)
    frames: Iterator[Frame] = driver.stream(asked, PrivatePool(), threading.Event(), shutter)
    return frames


def still_of(frames: Iterator[Frame]) -> Frame:
    return next(frame for frame in frames if not frame.preview)


def test_a_press_while_a_still_is_under_way_is_not_answered_by_that_one(tmp_path: Path) -> None:
    sensor, shutter, again = Sensor(), Shutter(), []

    def press_again() -> None:
        again.append(time.monotonic_ns())
        shutter.press(again[0])

    sensor.while_taking = [press_again]
    with scanner(sensor, tmp_path) as driver:
        shutter.press(time.monotonic_ns())
        frames = looked_at(driver, shutter)
        first = still_of(frames)
        assert first.captured_monotonic_ns <= sensor.exposed_ns[0] < again[0]
        owed_ns = shutter.pressed_ns
        assert owed_ns == again[0], "it is still owed"
        second = still_of(frames)
        assert again[0] <= second.captured_monotonic_ns <= sensor.exposed_ns[1]
        assert shutter.pressed_ns is None
        frames.close()  # type: ignore[attr-defined]  # drivers' frames are generators


@pytest.mark.parametrize("shows", ["refuses", "silent", "ends"])
@pytest.mark.parametrize("pressed", [True, False])
def test_a_scanner_that_shows_nothing_takes_all_the_same(shows: str, pressed: bool, tmp_path: Path) -> None:
    """Whether or not a still was asked for: nobody asks who has seen nothing."""
    shutter = Shutter()
    with scanner(Sensor(shows), tmp_path) as driver:
        frames = looked_at(driver, shutter, timeout_s=20.0)
        if shows == "ends":
            assert [next(frames).preview for _ in range(2)] == [True] * 2
        if pressed:
            shutter.press(time.monotonic_ns())
        still = still_of(frames)
        assert still.pixels.shape == (400, 320, 3)
        assert shutter.pressed_ns is None
        frames.close()  # type: ignore[attr-defined]


def test_a_scanner_that_shows_nothing_and_sees_nobody_says_so(tmp_path: Path) -> None:
    sensor = Sensor("refuses")
    sensor.nobody = True
    with scanner(sensor, tmp_path) as driver, pytest.raises(CaptureTimedOut):
        list(looked_at(driver, Shutter(), timeout_s=1.0))
