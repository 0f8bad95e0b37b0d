"""What holds for every driver, whatever its contract: opening, frames, stopping, and every fault with a name."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from drivers.contracts import Contract
from drivers.errors import CaptureCancelled, DriverError
from tests.conformance.rig import FaultCase, Rig
from tests.conformance.rigs import RIGS
from tests.conformance.taking import Background, RecordingPool, built, frames_of, request_for, take_all

every_driver = pytest.mark.parametrize("rig", RIGS, ids=lambda rig: rig.name)
every_fault = pytest.mark.parametrize(
    ("rig", "fault"), [pytest.param(rig, case, id=f"{rig.name}-{case.name}") for rig in RIGS for case in rig.faults]
)
every_waiting_driver = pytest.mark.parametrize("rig", [rig for rig in RIGS if rig.can_wait], ids=lambda rig: rig.name)


@every_driver
def test_it_says_who_it_is_closes_twice_and_opens_again(rig: Rig, tmp_path: Path) -> None:
    with built(rig, tmp_path) as driver:
        first = driver.open()
        assert first.model
        assert first.simulated is rig.simulated
        driver.close()
        driver.close()
        assert driver.open() == first
        assert take_all(driver, request_for(rig.contract)) >= 1


@every_driver
def test_frames_are_whole_ordered_and_honest(rig: Rig, tmp_path: Path) -> None:
    began_ns, pool, sequence, captured_ns = time.monotonic_ns(), RecordingPool(), -1, 0
    with built(rig, tmp_path) as driver:
        driver.open()
        for _ in range(rig.captures):
            for frame in frames_of(driver, request_for(rig.contract, frame_limit=3), pool):
                assert frame.pixels.dtype == np.uint8
                assert frame.pixels.flags.c_contiguous
                assert np.ptp(frame.pixels) > 0, "a picture of nothing"
                assert frame.captured_monotonic_ns >= max(began_ns, captured_ns)
                assert frame.captured_monotonic_ns <= time.monotonic_ns()
                assert frame.simulated is rig.simulated
                assert any(np.shares_memory(frame.pixels, slot) for slot in pool.taken), "not in the taker's memory"
                captured_ns = frame.captured_monotonic_ns
                if rig.contract is not Contract.CAMERA:
                    assert frame.sequence > sequence
                    sequence = frame.sequence
    assert captured_ns, "no frame came"


@every_driver
def test_closed_it_refuses_by_name(rig: Rig, tmp_path: Path) -> None:
    with built(rig, tmp_path) as driver:
        with pytest.raises(DriverError):
            take_all(driver, request_for(rig.contract))
        driver.open()
        driver.close()
        with pytest.raises(DriverError):
            take_all(driver, request_for(rig.contract))


@every_waiting_driver
def test_while_nothing_comes_it_can_be_stopped_and_used_again(rig: Rig, tmp_path: Path) -> None:
    with built(rig, tmp_path, rig.quiet_plan) as driver:
        driver.open()
        for _ in range(2):
            taking = Background(driver, request_for(rig.contract, timeout_s=50.0, frame_limit=0))
            assert not taking.first_frame.wait(0.3) or rig.contract is Contract.CAMERA
            assert taking.stops_in_time()
            if rig.contract is Contract.CAMERA:
                assert taking.ended_with is None
            else:
                assert isinstance(taking.ended_with, CaptureCancelled)


@every_driver
def test_left_in_the_middle_it_can_be_used_again(rig: Rig, tmp_path: Path) -> None:
    with built(rig, tmp_path) as driver:
        driver.open()
        for _ in range(2):
            frames = frames_of(driver, request_for(rig.contract, frame_limit=0))
            assert next(frames).pixels.size
            frames.close()  # type: ignore[attr-defined]  # drivers' frames are generators


@every_fault
def test_every_fault_has_its_name(rig: Rig, fault: FaultCase, tmp_path: Path) -> None:
    request = request_for(rig.contract, timeout_s=fault.timeout_s, frame_limit=rig.frame_limit)
    with built(rig, tmp_path, fault.plan) as driver:
        if fault.error is None:
            driver.open()
            assert take_all(driver, request) >= 1
        elif fault.opening:
            with pytest.raises(fault.error):
                driver.open()
        else:
            driver.open()
            with pytest.raises(fault.error) as caught:
                take_all(driver, request)
            assert type(caught.value) is fault.error
