"""The one thread that touches a device: builds its driver, opens it, runs captures one after another, closes it.

Everything a driver raises leaves as a `Failed` event. What it raises beyond its contract is reported as a fault of
the driver, by its kind only: an exception's text may hold anything.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from typing import cast

import msgspec

from drivers.contracts import (
    Camera,
    CameraRequest,
    ChipReader,
    ChipRequest,
    Contract,
    DocumentScanner,
    Driver,
    FingerprintReader,
    FingerprintRequest,
    Frame,
    Request,
    ScanRequest,
    Shutter,
    SignaturePad,
    SignatureRequest,
)
from drivers.errors import DeviceProtocolError, DriverError
from drivers.messages import Closed, Done, Event, Failed, Opened
from drivers.outbox import Outbox
from drivers.registry import said_simulated
from drivers.shared_frames import SharedSlots
from drivers.talk import Commands, follow_pen, talk_to_chip

Build = Callable[[dict[str, object]], Driver]
Job = Callable[[], None]


class Worker(threading.Thread):
    """Jobs are put from the commands' thread and done in order. A daemon thread: a hung driver stops no exit."""

    def __init__(self, contract: Contract, build: Build, slots: SharedSlots, send: Callable[[Event], None]) -> None:
        super().__init__(name="driver", daemon=True)
        self._contract = contract
        self._build = build
        self._slots = slots
        self._send = send
        self._driver: Driver | None = None
        self._simulated = False
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()

    def run(self) -> None:
        while True:
            self._jobs.get()()

    def put(self, job: Job) -> None:
        self._jobs.put(job)

    def open(self, options: dict[str, object]) -> None:
        try:
            self._close_driver()
            # Whatever the driver says of itself: by the settings a device can become simulated, and never real.
            self._simulated = said_simulated(options)
            self._driver = self._build(options)
            identity = self._driver.open()
            if self._simulated:
                identity = msgspec.structs.replace(identity, simulated=True)
            self._send(Opened(identity=identity))
        except Exception as error:  # noqa: BLE001 - nothing a driver raises may end its host
            self._send(_failed(0, error))

    def capture(self, number: int, request: Request, stop: threading.Event, outbox: Outbox, shutter: Shutter) -> None:
        last: Event = Done(capture=number, dropped=0)
        try:
            with closing(self._frames(request, stop, shutter)) as frames:
                for frame in frames:
                    outbox.offer(replace(frame, simulated=True) if self._simulated else frame, stop)
                    if stop.is_set():
                        break
            outbox.drain(stop)
            last = Done(capture=number, dropped=outbox.dropped)
        except Exception as error:  # noqa: BLE001 - nothing a driver raises may end its host
            outbox.drain(stop)
            last = _failed(number, error)
        self._slots.give_back_all()
        self._send(last)

    def talk(
        self, number: int, request: ChipRequest | SignatureRequest, stop: threading.Event, commands: Commands
    ) -> None:
        """A capture of a device that gives no frames."""
        last: Event = Done(capture=number, dropped=0)
        try:
            if isinstance(request, ChipRequest):
                chip = cast("ChipReader", self._opened())
                talk_to_chip(chip, number, request, stop, commands, self._send)
            else:
                follow_pen(cast("SignaturePad", self._opened()), number, request, stop, self._send)
        except Exception as error:  # noqa: BLE001 - nothing a driver raises may end its host
            last = _failed(number, error)
        self._send(last)

    def close(self) -> None:
        try:
            self._close_driver()
        except Exception as error:  # noqa: BLE001 - a device that cannot even be closed is let go of all the same
            self._send(_failed(0, error))
        else:
            self._send(Closed())

    def finish(self, done: threading.Event) -> None:
        self.close()
        done.set()

    def _close_driver(self) -> None:
        driver, self._driver = self._driver, None
        if driver is not None:
            driver.close()

    def _opened(self) -> Driver:
        if self._driver is None:
            raise DeviceProtocolError("The device is not open.")
        return self._driver

    def _frames(self, request: Request, stop: threading.Event, shutter: Shutter) -> Generator[Frame, None, None]:
        driver = self._opened()
        match request:
            case FingerprintRequest():
                yield from cast("FingerprintReader", driver).acquire(request, self._slots, stop)
            case CameraRequest():
                yield from cast("Camera", driver).stream(request, self._slots, stop, shutter)
            case ScanRequest():
                yield from cast("DocumentScanner", driver).scan(request, self._slots, stop)


def _failed(capture: int, error: Exception) -> Failed:
    if isinstance(error, DriverError):
        return Failed(capture=capture, code=error.code, sentence=error.sentence[:1000])
    where = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" at {where[0].filename}:{where[0].lineno}" if where else ""
    sys.stderr.write(f"{time.monotonic():.3f} driver raised {type(error).__name__}{place}\n")
    sentence = f"The device's driver failed in a way it should not ({type(error).__name__}): try again in a moment."
    return Failed(capture=capture, code=DriverError.code, sentence=sentence)
