"""Building a rig's driver and taking frames from it, whatever its contract."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from drivers.contracts import (
    Camera,
    CameraRequest,
    Contract,
    DocumentScanner,
    Driver,
    FingerprintReader,
    FingerprintRequest,
    Frame,
    FramePool,
    Pixels,
    PrivatePool,
    Request,
    ScanRequest,
    Stop,
)
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.registry import build_driver
from tests.conformance.rig import PATIENCE_S, Rig

WATCHDOG_S = 20.0

_TOLD_TO_NS = 1_000_000


class RecordingPool:
    """Hands out ordinary memory and remembers it."""

    def __init__(self) -> None:
        self._pool = PrivatePool()
        self.taken: list[Pixels] = []

    def take(self, height: int, width: int, channels: int = 1) -> Pixels:
        self.taken.append(self._pool.take(height, width, channels))
        return self.taken[-1]


@contextmanager
def built(rig: Rig, directory: Path, plan: FaultPlan = WELL_BEHAVED) -> Iterator[Driver]:
    """The driver, not opened, with its peer running; closed afterwards."""
    with rig.bench(plan, directory) as options:
        driver = build_driver(rig.driver_id, options)
        try:
            yield driver
        finally:
            driver.close()


def request_for(contract: Contract, timeout_s: float = PATIENCE_S, frame_limit: int = 1) -> Request:
    match contract:
        case Contract.FINGERPRINT_READER:
            return FingerprintRequest(position="right_index", timeout_s=timeout_s)
        case Contract.CAMERA:
            return CameraRequest(frame_limit=frame_limit, timeout_s=timeout_s)
        case Contract.DOCUMENT_SCANNER:
            return ScanRequest(resolution_ppi=75, timeout_s=timeout_s)
        case _:
            raise AssertionError(f"a {contract} gives no frames")


def frames_of(
    driver: Driver, request: Request, pool: FramePool | None = None, stop: Stop | None = None
) -> Iterator[Frame]:
    pool, stop = pool or PrivatePool(), stop or threading.Event()
    match request:
        case FingerprintRequest():
            return cast("FingerprintReader", driver).acquire(request, pool, stop)
        case CameraRequest():
            return cast("Camera", driver).stream(request, pool, stop)
        case ScanRequest():
            return cast("DocumentScanner", driver).scan(request, pool, stop)


def take_all(driver: Driver, request: Request, stop: Stop | None = None) -> int:
    """How many frames came."""
    return sum(1 for _ in frames_of(driver, request, stop=stop))


class Background:
    """Takes frames in a thread until it ends; `ended_with` is the error, None for a quiet end."""

    def __init__(self, driver: Driver, request: Request) -> None:
        self.stop = threading.Event()
        self.first_frame = threading.Event()
        self.ended_with: BaseException | None = None
        self._driver, self._request = driver, request
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stops_in_time(self) -> bool:
        self.stop.set()
        self._thread.join(WATCHDOG_S)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            for _ in frames_of(self._driver, self._request, stop=self.stop):
                self.first_frame.set()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test looks at it
            self.ended_with = error


def assert_is_of_after(asked_ns: int, still: Frame, rig: Rig) -> None:
    """By its own word, and by the picture itself where its peer writes the time into it."""
    assert still.captured_monotonic_ns >= asked_ns, "older than the moment at which it was asked for"
    if rig.made_ns is not None:
        made_ns = rig.made_ns(still.pixels)
        assert made_ns >= asked_ns - _TOLD_TO_NS
        assert made_ns >= still.captured_monotonic_ns - _TOLD_TO_NS, "it says to be newer than it is"
