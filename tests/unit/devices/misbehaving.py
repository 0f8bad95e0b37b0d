"""Cameras and readers that do everything wrong, for a host process started by a test."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from drivers.contracts import (
    CameraRequest,
    DeviceIdentity,
    FingerprintRequest,
    Frame,
    FramePool,
    Pixels,
    Shutter,
    Stop,
)
from drivers.errors import CaptureCancelled, CaptureTimedOut, DeviceLost, DeviceNotFound
from drivers.lifeline import dying_with_us


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`open` and `capture` name what goes wrong; `once` is a path whose existence makes everything go right."""

    device: str = ""
    open: str = ""
    capture: str = ""
    once: str = ""


class Misbehaving:
    def __init__(self, options: Options) -> None:
        self._options = options
        self._gone_right = False

    def open(self) -> DeviceIdentity:
        match self._trouble(self._options.open):
            case "absent":
                raise DeviceNotFound
            case "hang":
                _sleep_in_c()
            case "slow":
                time.sleep(0.5)
            case "segfault":
                _segfault()
            case "exit":
                sys.stderr.write("cannot go on: rtsp://user:secret@camera/\n")
                sys.stderr.flush()
                os._exit(3)
            case "orphan" | "orphan-with-our-line":
                # As a vendor's library does it: a helper that nobody ties to us, and a crash a moment later.
                child = subprocess.Popen(["sleep", "1000"], close_fds=self._options.open == "orphan")
                Path(self._options.device).write_text(str(child.pid))
                threading.Timer(0.3, os._exit, (3,)).start()
            case "forked-with-our-line":
                _fork_away(Path(self._options.device))
                threading.Timer(0.3, os._exit, (3,)).start()
            case "chatter":
                for _ in range(5000):
                    sys.stderr.write("x" * 200 + "\n")
        return DeviceIdentity(vendor="Test", model="Misbehaving", firmware_version="1")

    def close(self) -> None:
        if self._options.open == "hang-at-close":
            _sleep_in_c()

    def stream(
        self, request: CameraRequest, pool: FramePool, stop: Stop, shutter: Shutter | None = None
    ) -> Iterator[Frame]:
        if self._options.capture == "stale-still" and shutter is not None:
            return _late(pool, stop, shutter)
        return self._frames(pool, stop)

    def acquire(self, request: FingerprintRequest, pool: FramePool, stop: Stop) -> Iterator[Frame]:
        return self._frames(pool, stop)

    def _frames(self, pool: FramePool, stop: Stop) -> Iterator[Frame]:
        match self._trouble(self._options.capture):
            case "hang":
                _sleep_in_c()
            case "segfault":
                yield _frame(_filled(pool, 1), 0)
                _segfault()
            case "flood":
                number = 0
                while not stop.is_set():
                    yield _frame(_filled(pool, number % 251), number)
                    number += 1
            case "only-previews":
                number = 0
                while not stop.wait(0.01):
                    yield replace(_frame(_filled(pool, 7), number), preview=True)
                    number += 1
            case "leak":
                kept = []
                while not stop.wait(0.01):
                    kept.append(np.ones(4 << 20, np.uint64))
            case "no-image":
                yield _frame(np.zeros((4, 4), np.float64), 0)
            case "untyped":
                raise ZeroDivisionError("João's secret")
            case "lost":
                yield _frame(_filled(pool, 1), 0)
                raise DeviceLost
            case "nobody":
                raise CaptureTimedOut
            case "wait":
                stop.wait()
                raise CaptureCancelled
            case "deaf":
                yield _frame(_filled(pool, 1), 0)
                Path(self._options.device).touch()
                _sleep_in_c()
            case "child":
                child = subprocess.Popen(dying_with_us(["sleep", "1000"]))
                Path(self._options.device).write_text(str(child.pid))
                _sleep_in_c()
            case _:
                for number in range(3):
                    yield _frame(_filled(pool, number + 1), number)

    def _trouble(self, trouble: str) -> str:
        """What goes wrong this time: nothing once the mark exists, which the first time makes."""
        if self._options.once:
            mark = Path(self._options.once)
            if mark.exists():
                return ""
            if trouble:
                mark.touch()
        return trouble


def create(options: Options) -> Misbehaving:
    return Misbehaving(options)


def _filled(pool: FramePool, value: int) -> Pixels:
    pixels = pool.take(48, 64)
    pixels[...] = value
    return pixels


def _late(pool: FramePool, stop: Stop, shutter: Shutter) -> Iterator[Frame]:
    """Previews, and to each press a picture of long ago before the one that was asked for."""
    number = 0
    while not stop.wait(0.005):
        if (pressed_ns := shutter.pressed_ns) is not None:
            yield Frame(pixels=_filled(pool, 13), sequence=number, captured_monotonic_ns=1)
            number += 1
            yield Frame(pixels=_filled(pool, 200), sequence=number, captured_monotonic_ns=pressed_ns)
            number += 1
            shutter.answer(pressed_ns)
        yield Frame(pixels=_filled(pool, 100), sequence=number, captured_monotonic_ns=number, preview=True)
        number += 1


def _frame(pixels: Pixels, number: int) -> Frame:
    return Frame(pixels=pixels, sequence=number, captured_monotonic_ns=time.monotonic_ns(), resolution_ppi=500)


def _fork_away(note: Path) -> None:
    """A copy of this process that holds all it holds, in a process group of its own."""
    pid = os.fork()
    if pid:
        note.write_text(str(pid))
        return
    os.setsid()
    _sleep_in_c()


def _segfault() -> None:
    """At once and in this thread, as a vendor's library does it; a signal sent to oneself comes a moment later."""
    ctypes.string_at(0)


def _sleep_in_c() -> None:
    """As a vendor's library hangs: holding the interpreter's lock, deaf to everything."""
    ctypes.PyDLL(None).sleep(1000)
