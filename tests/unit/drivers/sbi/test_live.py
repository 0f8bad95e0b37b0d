"""What a scanner shows while it is asked to take fingers: seen by the technician, never kept, never in the way."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from drivers.contracts import FingerprintRequest, Frame, Pixels, PrivatePool, Stop
from drivers.errors import CaptureCancelled, CaptureTimedOut, DeviceFault
from drivers.faults import FaultPlan
from drivers.registry import build_driver
from drivers.sbi.answering import Honest
from drivers.sbi.emulator import Kind
from drivers.sbi.messages import FINGER
from drivers.sbi.offered import DrawnSensor, Offer, Taken, described
from drivers.sbi.positions import Finger
from drivers.sbi.service import SbiService, ServiceSettings
from tests.unit.drivers.sbi.makers import authority
from tests.unit.drivers.sbi.scanners import client_options, opened
from tests.unit.drivers.sbi.tap import tapped


class PatientSensor(DrawnSensor):
    """Takes nothing until it is told to, and shows what it sees meanwhile; or fails to, when `blind`."""

    def __init__(self, *, blind: bool = False) -> None:
        self.asked = threading.Event()
        self.placed = threading.Event()
        self.blind = blind

    def take(self, fingers: Sequence[Finger], timeout_s: float, stop: Stop) -> list[Taken]:
        self.asked.set()
        while not self.placed.is_set():
            if stop.wait(0.01):
                raise CaptureCancelled
        return super().take(fingers, timeout_s, stop)

    def look(self, stop: Stop) -> Generator[Pixels, None, None]:
        if self.blind:
            raise DeviceFault
        yield from super().look(stop)


@pytest.fixture
def patient() -> Iterator[tuple[PatientSensor, int]]:
    sensor = PatientSensor()
    offer = Offer(described(FINGER, "Single", "claim-kiosk", "Emulated", "1", "2026-01-01T00:00:00Z"), sensor)
    with SbiService(ServiceSettings(offers=[offer], manner=Honest(authority().signer()))) as service:
        yield sensor, service.port


def _acquire(driver: Any, stop: threading.Event | None = None, **request: Any) -> Iterator[Frame]:
    asked = FingerprintRequest(live=True, **request)
    frames: Iterator[Frame] = driver.acquire(asked, PrivatePool(), stop or threading.Event())
    return frames


def test_pictures_come_while_the_finger_is_awaited_and_then_what_is_kept(
    patient: tuple[PatientSensor, int], tmp_path: Path
) -> None:
    sensor, port = patient
    with tapped(port) as tap:
        driver: Any = build_driver("sbi-fingerprint", client_options(tmp_path, tap.port))
        driver.open()
        frames = []
        for frame in _acquire(driver, position="left_thumb", timeout_s=30.0):
            frames.append(frame)
            if len(frames) == 4:
                assert sensor.asked.is_set()
                sensor.placed.set()
        asked = [exchange.method for exchange in tap.exchanges if exchange.method in ("STREAM", "RCAPTURE")]
    *shown, kept = frames
    assert len(shown) >= 4
    assert all(frame.preview and not frame.position for frame in shown)
    assert (kept.preview, kept.position, kept.resolution_ppi) == (False, "left_thumb", 500)
    assert [frame.sequence for frame in frames] == list(range(len(frames)))
    assert asked == ["STREAM", "RCAPTURE"], "a scanner is asked to show before it is asked to take"


def test_a_scanner_that_shows_nothing_takes_all_the_same(patient: tuple[PatientSensor, int], tmp_path: Path) -> None:
    sensor, port = patient
    sensor.blind = True
    sensor.placed.set()
    driver: Any = build_driver("sbi-fingerprint", client_options(tmp_path, port))
    driver.open()
    assert [frame.preview for frame in _acquire(driver, position="left_thumb")] == [False]


def test_whoever_leaves_while_looking_leaves_no_capture_behind(
    patient: tuple[PatientSensor, int], tmp_path: Path
) -> None:
    sensor, port = patient
    driver: Any = build_driver("sbi-fingerprint", client_options(tmp_path, port))
    driver.open()
    frames: Any = _acquire(driver, timeout_s=30.0)
    assert next(frames).preview
    assert next(frames).preview
    assert sensor.asked.wait(30)
    frames.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("sbi-capture")]
    sensor.placed.set()
    *_, kept = _acquire(driver, timeout_s=30.0)
    assert not kept.preview, "and the next one is taken"


def test_stopping_ends_both(patient: tuple[PatientSensor, int], tmp_path: Path) -> None:
    _, port = patient
    driver: Any = build_driver("sbi-fingerprint", client_options(tmp_path, port))
    driver.open()
    stop = threading.Event()
    frames = _acquire(driver, stop, timeout_s=30.0)
    assert next(frames).preview
    stop.set()
    with pytest.raises(CaptureCancelled):
        list(frames)


def test_nobody_coming_is_told_by_the_capture(tmp_path: Path) -> None:
    with opened(tmp_path, Kind.SINGLE, faults=FaultPlan(absent_s=60.0)) as driver, pytest.raises(CaptureTimedOut):
        list(_acquire(driver, timeout_s=0.3))
