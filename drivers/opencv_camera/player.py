"""Reads one camera without pause in a thread of its own, and gives the newest frame to whoever asks.

A frame is decoded into the taker's memory only when one is asked for; all others are passed over, so that a slow
taker loses frames and never time. A recording is played at its own rate. The thread opens and releases the capture
itself, because a capture may not be released while it is being read.

A frame may be asked for that is of no moment before another. What may be older is given meanwhile, to be looked at, as
long as the thread keeps up; once it does not, only what was asked for, so that it gets to wait for pictures. Where that
cannot be told of a live camera's frames, because they come faster than they can be read, the capture is opened again:
what comes then was not on its way before.

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
_PILED_UP_NS: Final = 1_000_000_000
_AT_ONCE: Final = 0.25
"""The part of a frame's time below which it was not waited for."""
_SECOND_NS: Final = 1_000_000_000
_MS_NS: Final = 1_000_000
_UNPROVED_NS: Final = 1_500_000_000
_UNPROVED: Final = 8
"""So long, and for so many frames, one is waited for that is surely new enough, before the capture is opened again.
Longer than it takes to measure how fast the camera is; where it did not help the last time, no longer than the frames.
"""


class PlayEnded(Exception):
    """The recording is over and is not to be repeated."""


class Seen(NamedTuple):
    """One frame. The pixels are not in the memory that was offered when the camera changed its size.

    `since_ns` is the earliest moment (monotonic ns) at which it can have been on its way.
    """

    pixels: Pixels
    since_ns: int


class Player:
    """`open_capture` is called in the thread; again for each round when `repeat`, which is for recordings."""

    def __init__(
        self,
        open_capture: Callable[[], cv2.VideoCapture],
        *,
        is_live: bool,
        is_stamped: bool,
        repeat: bool,
        read_timeout_s: float,
        silent_looks: Callable[[float | None], int],
    ) -> None:
        """`is_stamped`: whether the kernel says when it took a picture in. `silent_looks`: after how many calls of
        `take` in vain a live camera that gave frames is lost, by the seconds that usually pass between two; None before
        two have come."""
        self._open_capture = open_capture
        self._is_live = is_live
        self._is_stamped = is_stamped
        self._repeat = repeat
        self._read_timeout_s = read_timeout_s
        self._silent_looks = silent_looks
        self._leaving = threading.Event()
        self._turn = threading.Condition()
        self._wanted: Pixels | None = None
        self._not_before_ns, self._asked_ns, self._too_old, self._meanwhile = 0, 0, 0, True
        self._is_hopeless, self._interval_ns = False, 0.0
        self._pace_s: float | None = None
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

    @property
    def pace_s(self) -> float | None:
        """What usually passes between two of a live camera's pictures; None before two have come."""
        with self._turn:
            return self._pace_s

    def ask(self, into: Pixels, not_before_ns: int = 0) -> None:
        """The next frame is to be decoded into `into`, (H, W, 3) uint8, which is written to until `take` or `leave`.

        As long as the thread keeps up it may be of before that moment, which its `since_ns` tells: who asks again for
        the same one goes on waiting.
        """
        with self._turn:
            if not_before_ns != self._not_before_ns:
                self._asked_ns, self._too_old, self._meanwhile = time.monotonic_ns(), 0, True
            self._wanted, self._given, self._not_before_ns = into, None, not_before_ns

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
        if self._is_live and self._in_vain >= self._silent_looks(self._pace_s):
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
                opened_ns = time.monotonic_ns()
                capture = self._open_capture()
                try:
                    with self._turn:
                        self._size = _size_of(capture)
                        self._turn.notify_all()
                    self._play(capture, opened_ns)
                finally:
                    capture.release()
                if self._leaving.is_set():
                    return
                if not self._repeat and not self._is_live:
                    self._fail(PlayEnded())
                    return
                with self._turn:
                    # As a stream that was never read: nobody takes it for silent.
                    self._seen, self._pace_s, self._too_old = 0, None, 0
        except DriverError as ending:
            self._fail(ending)
        except cv2.error:
            self._fail(DeviceProtocolError())

    def _fail(self, failure: DriverError | PlayEnded) -> None:
        with self._turn:
            self._failure = failure
            self._turn.notify_all()

    def _play(self, capture: cv2.VideoCapture, opened_ns: int) -> None:
        """Until told to leave, to the end of a recording, or until it is to be opened again. DeviceTimedOut when it
        gives nothing, DeviceLost later."""
        rate_hz = capture.get(cv2.CAP_PROP_FPS)
        if not 0 < rate_hz <= FRAME_RATE_MAX_HZ:
            rate_hz = _RATE_UNKNOWN_HZ
        pause_s = 0.0 if self._is_live else 1 / rate_hz
        due, failed, seen = time.monotonic(), 0, 0
        arrivals = Arrivals(opened_ns, self._interval_ns or _SECOND_NS / rate_hz)
        # What piled up while the stream was being opened is passed over.
        piled_until_ns = time.monotonic_ns() + _PILED_UP_NS if self._is_live else 0
        while not self._leaving.wait(max(0.0, due - time.monotonic())):
            started_ns = time.monotonic_ns()
            arrivals.reading()
            if capture.grab():
                failed, seen = 0, seen + 1
                due += pause_s
                since_ns = arrivals.arrived(self._kernel_ns(capture)) if self._is_live else started_ns
                now_ns = time.monotonic_ns()
                if now_ns < piled_until_ns and now_ns - started_ns < _AT_ONCE * _SECOND_NS / rate_hz:
                    continue
                if piled_until_ns:
                    arrivals.counted_from_here()
                    piled_until_ns = 0
                self._give(capture, since_ns, arrivals)
                self._is_hopeless = self._is_hopeless and since_ns <= opened_ns
                if self._proves_nothing():
                    self._is_hopeless, self._interval_ns = True, arrivals.interval_ns
                    return
            elif not self._is_live:
                if not seen:
                    raise DeviceProtocolError("The recording is not a video that can be read.")
                return
            elif time.monotonic_ns() - started_ns >= self._read_timeout_s * _NEARLY * _SECOND_NS:
                raise DeviceLost if seen else DeviceTimedOut
            else:
                failed += 1
                due = time.monotonic() + _RETRY_S
                if failed == _FAILED_READS:
                    raise DeviceLost

    def _proves_nothing(self) -> bool:
        """Whether it is not worth waiting for a frame that can be told to be as new as was asked for."""
        waited_ns = time.monotonic_ns() - self._asked_ns
        return self._too_old >= _UNPROVED and (self._is_hopeless or waited_ns >= _UNPROVED_NS)

    def _kernel_ns(self, capture: cv2.VideoCapture) -> int | None:
        """When the kernel took in what was just read, by the monotonic clock; Video4Linux says so."""
        return round(capture.get(cv2.CAP_PROP_POS_MSEC) * _MS_NS) if self._is_stamped else None

    def _give(self, capture: cv2.VideoCapture, since_ns: int, arrivals: Arrivals) -> None:
        """To who waits for it, if anybody. A picture that cannot be decoded is none."""
        with self._turn:
            too_old, pace_ns = since_ns < self._not_before_ns, arrivals.pace_ns
            self._too_old = self._too_old + (self._wanted is not None) if too_old else 0
            self._meanwhile = self._meanwhile and arrivals.has_time
            if self._wanted is not None and (self._meanwhile or not too_old):
                decoded, pixels = capture.retrieve(self._wanted)
                if not decoded:
                    return
                self._wanted = None
                self._given = Seen(pixels.astype(np.uint8, copy=False), since_ns)
                self._turn.notify_all()
            self._seen += 1
            self._pace_s = None if pace_ns is None else pace_ns / _SECOND_NS


def _size_of(capture: cv2.VideoCapture) -> tuple[int, int]:
    return round(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)), round(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
