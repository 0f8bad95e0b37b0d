"""A full still out of a stream of small previews: of that very stream, and of no moment before it was asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.contracts import CameraRequest, Pixels, PrivatePool, Shutter
from drivers.opencv_camera.developing import OwnMemory, small
from drivers.opencv_camera.driver import OpenCvCamera, Options
from drivers.opencv_camera.emulator import CameraSettings, HttpCamera
from drivers.opencv_camera.told_time import told_ns

HEIGHT, WIDTH = 120, 160
MS_NS = 1_000_000
"""Told times are in whole milliseconds."""
GREY = [np.full((HEIGHT, WIDTH, 3), 90, np.uint8)]


@pytest.fixture(params=[True, False], ids=["length-said", "length-not-said"])
def peer(request: pytest.FixtureRequest) -> Iterator[HttpCamera]:
    """Where no length is said, a picture is known to be whole only when the next one begins."""
    with HttpCamera(CameraSettings(images=GREY, rate_hz=40.0, says_length=request.param, tells_time=True)) as camera:
        yield camera


def opened(device: str | Path, **options: object) -> OpenCvCamera:
    camera = OpenCvCamera(Options(device=str(device), **options))  # type: ignore[arg-type]
    camera.open()
    return camera


def test_a_still_needs_no_second_opening_and_was_made_after_it_was_asked_for(peer: HttpCamera) -> None:
    """A camera's pictures are on their way for a while: the one that comes next is of the moment before."""
    camera, shutter = opened(peer.address), Shutter()
    frames = camera.stream(CameraRequest(preview_width=40), PrivatePool(), threading.Event(), shutter)
    next(frames)
    streams = peer.log.streams
    for _ in range(12):
        next(frames)
        pressed_ns = time.monotonic_ns()
        shutter.press(pressed_ns)
        still = next(frame for frame in frames if not frame.preview)
        assert still.pixels.shape == (HEIGHT, WIDTH, 3)
        assert told_ns(still.pixels) >= pressed_ns - MS_NS, "it had been made before"
        assert pressed_ns <= still.captured_monotonic_ns <= told_ns(still.pixels) + MS_NS
    assert peer.log.streams == streams
    camera.close()


def test_previews_are_made_small_outside_of_the_takers_memory(peer: HttpCamera) -> None:
    """A full frame in shared memory for every preview would be thirty a second for nothing."""
    sizes: list[tuple[int, ...]] = []

    class Pool(PrivatePool):
        def take(self, height: int, width: int, channels: int = 1) -> Pixels:
            sizes.append((height, width, channels))
            return super().take(height, width, channels)

    camera = opened(peer.address)
    request = CameraRequest(preview_width=80, frame_limit=4)
    assert len(list(camera.stream(request, Pool(), threading.Event()))) == 4
    assert set(sizes) == {(60, 80, 3)}
    camera.close()


@pytest.mark.parametrize("orientation_deg", [0, 90, 180, 270])
def test_previews_and_stills_of_a_camera_that_is_built_in_sideways_stand_upright(
    orientation_deg: int, tmp_path: Path
) -> None:
    upright = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    upright[: HEIGHT // 4] = 255
    turns = {0: None, 90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}
    turn = turns[orientation_deg]
    path = tmp_path / "seen.png"
    cv2.imwrite(str(path), upright if turn is None else cv2.rotate(upright, turn))
    camera, shutter = opened(path, orientation_deg=orientation_deg), Shutter()
    frames = camera.stream(CameraRequest(preview_width=80), PrivatePool(), threading.Event(), shutter)
    preview = next(frames)
    shutter.press(time.monotonic_ns())
    still = next(frame for frame in frames if not frame.preview)
    frames.close()  # type: ignore[attr-defined]
    camera.close()
    assert np.array_equal(still.pixels, upright)
    assert np.array_equal(preview.pixels, upright[::2, ::2])
    assert preview.reduced_by == 2.0


def test_a_camera_that_gives_grey_is_shown_in_colour() -> None:
    grey = np.full((40, 80), 7, np.uint8)
    pixels, reduced_by = small(grey, None, 20, PrivatePool())
    assert (pixels.shape, reduced_by) == ((10, 20, 3), 4.0)
    assert (pixels == 7).all()


def test_memory_of_its_own_is_used_again_while_the_size_stays() -> None:
    own = OwnMemory()
    first = own.take(4, 6, 3)
    assert own.take(4, 6, 3) is first
    assert own.take(6, 4, 3).shape == (6, 4, 3)
