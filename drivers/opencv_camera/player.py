"""Reads one camera without pause in a thread of its own, and gives the newest frame to whoever asks.

A frame is decoded into the taker's memory only when one is asked for; all others are passed over, so that a slow
taker loses frames and never time. A recording is played at its own rate. The thread opens and releases the capture
itself, because a capture may not be released while it is being read.

A live camera that has given frames and then gives none is lost, whatever its own timeouts are: they are for opening.
That is told by looks in vain and not by a clock, so that a machine that stood still for a while loses no camera.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, NamedTuple

import cv2
import numpy as np

from drivers.contracts import Pixels
from drivers.errors import DeviceLost, DeviceProtocolError, DeviceTimedOut, DriverError
from drivers.opencv_camera.arrival import Arrivals

FRAME_RATE_MAX_HZ: Final = 240.0
_RATE_UNKNOWN_HZ: Final = 25.0
_FAILED_READS: Final = 10
"""A broken picture makes one of them; a lost camera makes nothing else, at once and for ever."""
_RETRY_S: Final = 0.05
_NEARLY: Final = 0.8
_PILED_UP_S: Final = 1.0
_AT_ONCE: Final = 0.25
"""The part of a frame's time below which it was not waited for."""


class PlayEnded(Exception):
    """The recording is over and is not to be repeated."""


class Seen(NamedTuple):
    """One frame. The pixels are not in the memory that was offered when the camera changed its size.

    When it came, and since when, at the earliest, it can have been on its way (monotonic ns).
    """

    pixels: Pixels
    captured_ns: int
    begun_ns: int


class Player:
    """`open_capture` is called in the thread; again for each round when `repeat`, which is for recordings."""

    def __init__(
        self,
        open_capture: Callable[[], cv2.VideoCapture],
        *,
        is_live: bool,
        repeat: bool,
        read_timeout_s: float,
        silent_looks: int,
    ) -> None:
        """`silent_looks`: after how many calls of `take` in vain a live camera that gave frames is lost."""
        self._open_capture = open_capture
        self._is_live = is_live
        self._repeat = repeat
        self._read_timeout_s = read_timeout_s
        self._silent_looks = silent_looks
        self._leaving = threading.Event()
        self._turn = threading.Condition()
        self._wanted: Pixels | None = None
        self._seen, self._seen_before, self._in_vain = 0, 0, 0
        self._given: Seen | None = None
        self._size: tuple[int, int] | None = None
        self._failure: DriverError | PlayEnded | None = None
        self._thread = threading.Thread(target=self._run, name="camera-player", daemon=True)
        self._thread.start()

    def size(self, wait_s: float) -> tuple[int, int] | None:
        """(height, width) once the source is open, else None after `wait_s`. Raises what ended the playing."""
        with self._turn:
            self._turn.wait_for(lambda: self._size or self._failure, wait_s)
            if self._failure is not None:
                raise self._failure
            return self._size

    def ask(self, into: Pixels) -> None:
        """The next frame is to be decoded into `into`, (H, W, 3) uint8; it is written to until `take` or `leave`."""
        with self._turn:
            self._wanted, self._given = into, None

    def take(self, wait_s: float) -> Seen | None:
        """The frame asked for, None if it has not come. Raises what ended the playing."""
        with self._turn:
            self._turn.wait_for(lambda: self._given or self._failure, wait_s)
            if self._given is None and self._failure is not None:
                raise self._failure
            if self._given is None:
                self._look_for_a_sign()
            return self._given

    def _look_for_a_sign(self) -> None:
        """Raises DeviceLost for a live camera of which nothing more has come for too many looks."""
        sign = self._seen != self._seen_before or not self._seen
        self._in_vain = 0 if sign else self._in_vain + 1
        self._seen_before = self._seen
        if self._is_live and self._in_vain >= self._silent_looks:
            raise DeviceLost("The camera gives no more pictures: check its cable and its power.")

    def leave(self, wait_s: float) -> bool:
        """Nothing is written to the taker's memory any more. Whether the capture is released already."""
        self._leaving.set()
        with self._turn:
            self._wanted = None
        self._thread.join(wait_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while True:
                capture = self._open_capture()
                try:
                    with self._turn:
                        self._size = _size_of(capture)
                        self._turn.notify_all()
                    self._play(capture)
                finally:
                    capture.release()
                if self._leaving.is_set():
                    return
                if not self._repeat:
                    self._fail(PlayEnded())
                    return
        except DriverError as ending:
            self._fail(ending)
        except cv2.error:
            self._fail(DeviceProtocolError())

    def _fail(self, failure: DriverError | PlayEnded) -> None:
        with self._turn:
            self._failure = failure
            self._turn.notify_all()

    def _play(self, capture: cv2.VideoCapture) -> None:
        """Until told to leave, or to the end of a recording. DeviceTimedOut when it gives nothing, DeviceLost later."""
        rate_hz = capture.get(cv2.CAP_PROP_FPS)
        if not 0 < rate_hz <= FRAME_RATE_MAX_HZ:
            rate_hz = _RATE_UNKNOWN_HZ
        pause_s = 0.0 if self._is_live else 1 / rate_hz
        due, failed, seen = time.monotonic(), 0, 0
        arrivals = Arrivals()
        # What piled up while the stream was being opened comes without a wait, and is passed over.
        piled_until = time.monotonic() + _PILED_UP_S if self._is_live else 0.0
        while not self._leaving.wait(max(0.0, due - time.monotonic())):
            started = time.monotonic()
            started_ns = time.monotonic_ns()
            arrivals.reading()
            if capture.grab():
                begun_ns = arrivals.begun_ns() if self._is_live else started_ns
                failed, seen = 0, seen + 1
                due += pause_s
                now = time.monotonic()
                if now < piled_until and now - started < _AT_ONCE / rate_hz:
                    self._seen += 1
                    continue
                piled_until = 0.0
                self._seen += self._give(capture, begun_ns)
            elif not self._is_live:
                if not seen:
                    raise DeviceProtocolError("The recording is not a video that can be read.")
                return
            elif time.monotonic() - started >= self._read_timeout_s * _NEARLY:
                raise DeviceLost if self._seen else DeviceTimedOut
            else:
                failed += 1
                due = time.monotonic() + _RETRY_S
                if failed == _FAILED_READS:
                    raise DeviceLost

    def _give(self, capture: cv2.VideoCapture, begun_ns: int) -> bool:
        """To who waits for it, if anybody. False for a picture that cannot be decoded."""
        captured_ns = time.monotonic_ns()
        with self._turn:
            if self._wanted is None:
                return True
            decoded, pixels = capture.retrieve(self._wanted)
            if not decoded:
                return False
            self._wanted = None
            self._given = Seen(pixels.astype(np.uint8, copy=False), captured_ns, begun_ns)
            self._turn.notify_all()
            return True


def _size_of(capture: cv2.VideoCapture) -> tuple[int, int]:
    return round(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)), round(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
