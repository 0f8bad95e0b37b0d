"""What holds for every camera."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from drivers.contracts import Camera, CameraRequest, Contract, Driver, Frame, PrivatePool, Shutter
from drivers.errors import RequestUnsupported
from tests.conformance.rig import PATIENCE_S, Rig
from tests.conformance.rigs import rigs_of
from tests.conformance.taking import Background, RecordingPool, assert_is_of_after, built, frames_of

every_camera = pytest.mark.parametrize("rig", rigs_of(Contract.CAMERA), ids=lambda rig: rig.name)


@every_camera
def test_frames_are_in_colour_and_in_order(rig: Rig, tmp_path: Path) -> None:
    with built(rig, tmp_path) as driver:
        driver.open()
        sequences = []
        for frame in frames_of(driver, CameraRequest(frame_limit=4)):
            assert frame.pixels.ndim == 3
            assert frame.pixels.shape[2] == 3
            sequences.append(frame.sequence)
    assert sequences == sorted(set(sequences))
    assert len(sequences) == 4


@every_camera
def test_a_frame_that_was_given_is_not_written_to_again(rig: Rig, tmp_path: Path) -> None:
    with built(rig, tmp_path) as driver:
        driver.open()
        frames = frames_of(driver, CameraRequest(frame_limit=4), RecordingPool())
        kept = [(frame.pixels, frame.pixels.copy()) for frame in frames]
    for pixels, copy in kept:
        np.testing.assert_array_equal(pixels, copy)


@every_camera
def test_without_a_limit_it_streams_until_stopped_and_ends_quietly(rig: Rig, tmp_path: Path) -> None:
    with built(rig, tmp_path) as driver:
        driver.open()
        taking = Background(driver, CameraRequest())
        assert taking.first_frame.wait(20)
        assert taking.stops_in_time()
        assert taking.ended_with is None


@every_camera
def test_stopped_before_it_began_it_gives_nothing(rig: Rig, tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with built(rig, tmp_path) as driver:
        driver.open()
        assert list(frames_of(driver, CameraRequest(), stop=stop)) == []


@every_camera
def test_a_size_that_it_cannot_give_is_refused_and_not_replaced(rig: Rig, tmp_path: Path) -> None:
    with built(rig, tmp_path) as driver:
        driver.open()
        with pytest.raises(RequestUnsupported):
            list(frames_of(driver, CameraRequest(width=100_000, height=3, frame_limit=1)))


def full_size(driver: Driver) -> tuple[int, ...]:
    """What a stream gives that asks for no previews."""
    (frame,) = frames_of(driver, CameraRequest(frame_limit=1))
    assert not frame.preview
    return frame.pixels.shape


def looked_at(driver: Driver, preview_width: int, shutter: Shutter) -> Iterator[Frame]:
    request = CameraRequest(preview_width=preview_width)
    return cast("Camera", driver).stream(request, PrivatePool(), threading.Event(), shutter)


def until_a_still(frames: Iterator[Frame]) -> list[Frame]:
    taken: list[Frame] = []
    while not taken or taken[-1].preview:
        taken.append(next(frames))
    return taken


@every_camera
def test_while_small_previews_stream_a_still_is_full_and_they_go_on_after_it(rig: Rig, tmp_path: Path) -> None:
    shutter = Shutter()
    with built(rig, tmp_path) as driver:
        driver.open()
        height, width, _ = full_size(driver)
        frames = looked_at(driver, width // 2, shutter)
        seen = [next(frames) for _ in range(3)]
        for _ in range(2):
            shutter.press(time.monotonic_ns())
            pressed_ns = shutter.pressed_ns
            assert pressed_ns is not None
            *previews, still = until_a_still(frames)
            seen += [*previews, still, next(frames), next(frames)]
            assert still.pixels.shape == (height, width, 3)
            assert still.reduced_by == 1.0
            assert_is_of_after(pressed_ns, still, rig)
            assert shutter.pressed_ns is None
        frames.close()  # type: ignore[attr-defined]  # drivers' frames are generators
    assert [frame.preview for frame in seen].count(False) == 2, "nobody asked for more than two stills"
    for frame in seen:
        if frame.preview:
            assert frame.pixels.shape == (round(height / 2), width // 2, 3)
            assert frame.reduced_by == pytest.approx(2.0)
    sequences = [frame.sequence for frame in seen]
    assert sequences == sorted(set(sequences))


@pytest.mark.parametrize(
    "rig", [rig for rig in rigs_of(Contract.CAMERA) if rig.shows_meanwhile], ids=lambda rig: rig.name
)
def test_previews_go_on_while_a_still_is_owed(rig: Rig, tmp_path: Path) -> None:
    """Not for every still: a machine that is too busy for both takes the still alone."""
    shutter, deadline_s = Shutter(), time.monotonic() + PATIENCE_S
    meanwhile: list[Frame] = []
    with built(rig, tmp_path) as driver:
        driver.open()
        frames = looked_at(driver, 64, shutter)
        while not meanwhile and time.monotonic() < deadline_s:
            # What comes first may have been asked for before the press.
            next(frames)
            pressed_ns = time.monotonic_ns()
            shutter.press(pressed_ns)
            *meanwhile, still = until_a_still(frames)
            assert_is_of_after(pressed_ns, still, rig)
        frames.close()  # type: ignore[attr-defined]
    assert meanwhile, "the stream stood still for every still"
    assert all(frame.captured_monotonic_ns < pressed_ns for frame in meanwhile), "it could have been the still"


@every_camera
def test_a_still_that_was_asked_for_before_the_first_preview_comes(rig: Rig, tmp_path: Path) -> None:
    shutter = Shutter()
    shutter.press(time.monotonic_ns())
    with built(rig, tmp_path) as driver:
        driver.open()
        frames = looked_at(driver, 64, shutter)
        assert not until_a_still(frames)[-1].preview
        assert next(frames).preview
        frames.close()  # type: ignore[attr-defined]


@every_camera
def test_a_preview_is_never_enlarged(rig: Rig, tmp_path: Path) -> None:
    with built(rig, tmp_path) as driver:
        driver.open()
        shape = full_size(driver)
        frames = looked_at(driver, 20_000, Shutter())
        preview = next(frames)
        frames.close()  # type: ignore[attr-defined]
    assert (preview.preview, preview.pixels.shape, preview.reduced_by) == (True, shape, 1.0)
