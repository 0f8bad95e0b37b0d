"""A camera that gave pictures and gives no more is lost, however long its own timeouts are, and whatever it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from drivers.contracts import CameraRequest, Pixels, PrivatePool
from drivers.errors import DeviceLost, DeviceTimedOut
from drivers.faults import FaultPlan
from drivers.opencv_camera.driver import OpenCvCamera, Options, silent_looks
from drivers.opencv_camera.emulator import CameraSettings, HttpCamera, drawn_portraits
from drivers.opencv_camera.player import Player

LOOKS = 3
PATIENCE_S = 20.0


class Capture:
    """A camera that gives a picture whenever it is let, as `cv2.VideoCapture` shows it."""

    def __init__(self) -> None:
        self._let = threading.Semaphore(0)
        self.ended = False

    def give(self) -> None:
        self._let.release()

    def end(self) -> None:
        self.ended = True
        self._let.release()

    def grab(self) -> bool:
        self._let.acquire()
        return not self.ended

    def retrieve(self, into: Pixels) -> tuple[bool, Pixels]:
        return True, into

    def get(self, _property: int) -> float:
        return 30.0

    def release(self) -> None:
        pass


@pytest.fixture
def capture() -> Iterator[Capture]:
    camera = Capture()
    yield camera
    camera.end()


def playing(capture: Capture, *, is_live: bool = True) -> Player:
    opened: Any = capture
    return Player(
        lambda: opened,
        is_live=is_live,
        repeat=False,
        read_timeout_s=60.0,
        is_stamped=False,
        silent_looks=lambda _: LOOKS,
    )


def see_one(player: Player, capture: Capture) -> None:
    """One picture is asked for, given and taken."""
    player.ask(np.empty((30, 30, 3), np.uint8))
    taken = None
    while taken is None:
        # What is given at once after opening is passed over as piled up.
        capture.give()
        taken = player.take(0.05)


def ending(camera: OpenCvCamera, request: CameraRequest) -> BaseException | None:
    """What a stream ends with. TimeoutError when it does not end."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as streaming:
        ended = streaming.submit(lambda: list(camera.stream(request, PrivatePool(), stop)))
        try:
            return ended.exception(PATIENCE_S)
        finally:
            stop.set()


def test_it_is_lost_after_so_many_looks_in_vain(capture: Capture) -> None:
    player = playing(capture)
    see_one(player, capture)
    player.ask(np.empty((30, 30, 3), np.uint8))
    # The first look still finds the sign of the picture that was taken.
    for _ in range(LOOKS):
        player.take(0.0)
    with pytest.raises(DeviceLost):
        player.take(0.0)


def test_whoever_waits_for_a_first_picture_is_not_told_that_the_camera_is_lost(capture: Capture) -> None:
    player = playing(capture)
    player.ask(np.empty((30, 30, 3), np.uint8))
    assert [player.take(0.0) for _ in range(10 * LOOKS)] == [None] * 10 * LOOKS


def test_a_slow_camera_is_not_lost(capture: Capture) -> None:
    """In the dark many a camera exposes longer, and gives a picture at every other look only."""
    player = playing(capture)
    for _ in range(3 * LOOKS):
        see_one(player, capture)
        player.ask(np.empty((30, 30, 3), np.uint8))
        for _ in range(LOOKS - 1):
            player.take(0.0)


def test_a_recording_keeps_its_own_pace(capture: Capture) -> None:
    player = playing(capture, is_live=False)
    see_one(player, capture)
    player.ask(np.empty((30, 30, 3), np.uint8))
    for _ in range(10 * LOOKS):
        player.take(0.0)


def test_only_a_slow_pace_or_a_long_exposure_gives_a_camera_more_than_a_second() -> None:
    usual, short, long, slow = (
        silent_looks(Options(device="0", exposure_ms=exposure_ms), pace_s)
        for exposure_ms, pace_s in ((None, 0.03), (20.0, 0.03), (1000.0, 0.03), (None, 1.0))
    )
    assert usual == short
    assert usual < 9, "looks of a tenth of a second, and something left of a second to tell of it"
    assert long >= 30
    assert slow >= 30


def test_before_its_pace_is_known_a_camera_has_its_own_timeout_and_no_more_than_five_seconds() -> None:
    assert silent_looks(Options(device="0", read_timeout_s=4.0), None) == 40
    assert silent_looks(Options(device="0", read_timeout_s=60.0), None) == 50


def test_a_camera_of_one_picture_a_second_is_slow_and_not_lost() -> None:
    with HttpCamera(CameraSettings(images=drawn_portraits(2, 120, 160), rate_hz=1.0)) as peer:
        camera = OpenCvCamera(Options(device=peer.address))
        camera.open()
        assert len(list(camera.stream(CameraRequest(frame_limit=4), PrivatePool(), threading.Event()))) == 4
        camera.close()


@pytest.mark.parametrize("fault", [{"hang": True}, {"drop": True}, {"unplug": True}, {"absent_s": 3000.0}], ids=str)
def test_a_network_camera_is_lost_long_before_its_own_timeout(fault: dict[str, Any]) -> None:
    """Whether it closes the line or only falls silent. Its own timeout is longer than this test may take."""
    plan = FaultPlan(after_frames=8, **fault)
    with HttpCamera(CameraSettings(images=drawn_portraits(2, 120, 160), faults=plan, rate_hz=60.0)) as peer:
        camera = OpenCvCamera(Options(device=peer.address, read_timeout_s=60.0))
        camera.open()
        for request in (CameraRequest(), CameraRequest(preview_width=40)):
            assert isinstance(ending(camera, request), DeviceLost)
            camera.close()
            camera.open()
        camera.close()


def test_a_network_camera_that_never_gave_a_picture_has_the_time_of_its_own_timeout() -> None:
    settings = CameraSettings(images=drawn_portraits(2, 120, 160), faults=FaultPlan(hang=True))
    with HttpCamera(settings) as peer, pytest.raises(DeviceTimedOut):
        OpenCvCamera(Options(device=peer.address, open_timeout_s=1.0)).open()
