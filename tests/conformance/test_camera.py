"""What holds for every camera."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from drivers.contracts import CameraRequest, Contract
from drivers.errors import RequestUnsupported
from tests.conformance.rig import Rig
from tests.conformance.rigs import rigs_of
from tests.conformance.taking import Background, RecordingPool, built, frames_of

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
