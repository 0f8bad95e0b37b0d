"""Simulated devices on a desk of made-up scenes, for these tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from drivers.contracts import CameraRequest, Driver, FingerprintRequest, Frame, PrivatePool, ScanRequest
from drivers.registry import build_driver
from drivers.simulated.camera import SimulatedCamera
from drivers.simulated.fingerprint import SimulatedFingerprintReader
from drivers.simulated.scanner import SimulatedScanner

POOL = PrivatePool()


def never() -> threading.Event:
    """A stop that nobody asks for."""
    return threading.Event()


def scenes_of(directory: Path, *levels: int, text: str = "", size: tuple[int, int] = (90, 120)) -> Path:
    """Writes plain pictures `<level>.png` and a scenes.toml that lists them for one applicant (or `text`)."""
    for level in levels:
        cv2.imwrite(str(directory / f"{level}.png"), np.full(size, level, np.uint8))
    names = ", ".join(f'"{level}.png"' for level in levels)
    listed = f"[applicants.only]\nfingerprints.right_index = [{names}]\nface = [{names}]\ndocument = [{names}]\n"
    (directory / "scenes.toml").write_text(text or listed)
    return directory


@contextmanager
def opened(driver_id: str, **options: object) -> Iterator[Driver]:
    driver = build_driver(driver_id, options)
    driver.open()
    try:
        yield driver
    finally:
        driver.close()


def impressions(reader: Driver, position: str = "right_index", timeout_s: float = 0.0) -> list[Frame]:
    assert isinstance(reader, SimulatedFingerprintReader)
    return list(reader.acquire(FingerprintRequest(position=position, timeout_s=timeout_s), POOL, never()))


def views(camera: Driver, request: CameraRequest | None = None) -> list[Frame]:
    assert isinstance(camera, SimulatedCamera)
    return list(camera.stream(request or CameraRequest(frame_limit=1, timeout_s=0.0), POOL, never()))


def pages(scanner: Driver, request: ScanRequest | None = None) -> list[Frame]:
    assert isinstance(scanner, SimulatedScanner)
    return list(scanner.scan(request or ScanRequest(resolution_ppi=100), POOL, never()))
