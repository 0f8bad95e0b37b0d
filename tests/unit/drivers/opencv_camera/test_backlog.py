"""The real thing: a reader that stood still while the camera went on sending, and threads that keep it from running."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
import pytest

from drivers.contracts import CameraRequest, Pixels, PrivatePool, Shutter
from drivers.opencv_camera import driver
from drivers.opencv_camera.capture import CaptureSettings, open_capture
from drivers.opencv_camera.driver import OpenCvCamera, Options
from drivers.opencv_camera.emulator import CameraSettings, HttpCamera
from drivers.opencv_camera.player import Player
from drivers.opencv_camera.source import Source
from drivers.opencv_camera.told_time import told_ns

MS_NS = 1_000_000
STOOD_STILL_S = 1.5


class StandsStill:
    """A capture whose reading stands still for a while when it is told to."""

    def __init__(self, capture: cv2.VideoCapture) -> None:
        self._capture = capture
        self.stand = threading.Event()
        self.stood = threading.Event()

    def grab(self) -> bool:
        if self.stand.is_set() and not self.stood.is_set():
            time.sleep(STOOD_STILL_S)
            self.stood.set()
        return self._capture.grab()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._capture, name)


@contextmanager
def computing(threads: int) -> Iterator[None]:
    ended = threading.Event()

    def compute() -> None:
        number = 0
        while not ended.is_set():
            number += 1

    busy = [threading.Thread(target=compute) for _ in range(threads)]
    for thread in busy:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in busy:
            thread.join()


@pytest.mark.parametrize("busy_threads", [0, 1])
def test_a_still_is_never_taken_from_what_piled_up_before_it_was_asked_for(
    busy_threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[StandsStill] = []

    def standing_still(source: Source, settings: CaptureSettings) -> Any:
        opened.append(StandsStill(open_capture(source, settings)))
        return opened[-1]

    monkeypatch.setattr(driver, "open_capture", standing_still)
    settings = CameraSettings(images=[np.full((120, 160, 3), 90, np.uint8)], rate_hz=25.0, tells_time=True)
    with HttpCamera(settings) as peer:
        camera, shutter = OpenCvCamera(Options(device=peer.address)), Shutter()
        camera.open()
        frames = camera.stream(CameraRequest(preview_width=40), PrivatePool(), threading.Event(), shutter)
        for _ in range(30):
            next(frames)
        with computing(busy_threads):
            opened[-1].stand.set()
            assert opened[-1].stood.wait(20)
            pressed_ns = time.monotonic_ns()
            shutter.press(pressed_ns)
            still = next(frame for frame in frames if not frame.preview)
        frames.close()  # type: ignore[attr-defined]  # drivers' frames are generators
        camera.close()
    assert told_ns(still.pixels) >= pressed_ns - MS_NS


class NeverWaits:
    """A camera that is always ahead of its reader: nothing that it gives can be told to be new."""

    def __init__(self) -> None:
        self.opened_ns = time.monotonic_ns()

    def grab(self) -> bool:
        ended_ns = time.thread_time_ns() + 2 * MS_NS
        while time.thread_time_ns() < ended_ns:
            pass
        return True

    def retrieve(self, into: Pixels) -> tuple[bool, Pixels]:
        return True, into

    def get(self, property_id: int) -> float:
        return 30.0 if property_id == cv2.CAP_PROP_FPS else 64.0

    def release(self) -> None:
        pass


def test_what_cannot_be_told_to_be_new_is_taken_of_a_capture_that_was_opened_since() -> None:
    opened: list[NeverWaits] = []

    def opens() -> Any:
        opened.append(NeverWaits())
        return opened[-1]

    player = Player(
        opens, is_live=True, is_stamped=False, repeat=False, read_timeout_s=5.0, silent_looks=lambda _: 10_000
    )
    into = np.empty((64, 64, 3), np.uint8)
    player.ask(into)
    assert player.take(20) is not None
    asked_ns = time.monotonic_ns()
    player.ask(into, asked_ns)
    seen = player.take(20)
    assert seen is not None
    assert asked_ns <= seen.since_ns <= opened[-1].opened_ns
    assert len(opened) == 2
    assert player.leave(20)
