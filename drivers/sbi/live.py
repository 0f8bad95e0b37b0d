"""What an SBI scanner shows while it is asked for a capture: pictures that nobody vouches for.

A scanner is asked to show before it is asked to take, as MOSIP's registration client does; both answers then come side
by side, the capture's in a thread of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from types import TracebackType
from typing import Final, Self

from drivers.contracts import FramePool, Pixels, Stop
from drivers.errors import CaptureTimedOut, DeviceLost, DeviceProtocolError, DeviceTimedOut, DriverError
from drivers.sbi.checks import Capture
from drivers.sbi.client import Live
from drivers.sbi.iso_picture import Coding, check_announced, decode_picture
from drivers.sbi.until import Until
from drivers.transport.picture_header import picture_size

FIRST_PICTURE_S: Final = 1.0
"""How long a capture waits for the scanner to show something: whoever shows nothing is asked all the same."""
_LIVE_PIXELS: Final = 16 * 1024 * 1024

Captures = tuple[Capture, ...]


class AwaitedCapture:
    """One capture, begun once `beside` has shown its first picture, or by `result`. Leaving the block ends it."""

    def __init__(self, take: Callable[[Stop], Captures], stop: Stop) -> None:
        self._take = take
        self._stop = stop
        self._left = False
        self._executor: ThreadPoolExecutor | None = None
        self._taking: Future[Captures] | None = None
        self.shown: Stop = Until(self._is_over)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left = True
        if self._executor is not None:
            self._executor.shutdown(wait=True)

    def beside(self, pictures: Generator[Pixels, None, None]) -> Iterator[Pixels]:
        """The pictures, until the capture has ended. Their faults end them, and not the capture."""
        with closing(pictures):
            while not self._is_over():
                try:
                    shown = next(pictures)
                except (StopIteration, DriverError):
                    return
                yield shown
                self._begin()

    def result(self) -> Captures:
        """Waits for the capture to end, and raises what it ended with."""
        if self._taking is None:
            return self._take(self._stop)
        return self._taking.result()

    def _begin(self) -> None:
        if self._taking is None:
            self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sbi-capture")
            self._taking = self._executor.submit(self._take, Until(lambda: self._left or self._stop.is_set()))

    def _is_over(self) -> bool:
        return self._stop.is_set() or (self._taking is not None and self._taking.done())


def live_pictures(live: Live, timeout_s: float, pool: FramePool, *, channels: int) -> Generator[Pixels, None, None]:
    """CaptureTimedOut when none comes for `timeout_s`; ends with CaptureCancelled on stop, and never by itself."""
    with closing(live) as pictures:
        while True:
            try:
                jpeg, answer = next(pictures)
            except StopIteration:
                raise DeviceLost from None
            except DeviceTimedOut:
                raise CaptureTimedOut("The scanner gave no live picture in time.") from None
            width, height = picture_size(jpeg) or (0, 0)
            if width * height > _LIVE_PIXELS:
                raise DeviceProtocolError("The scanner sent a live picture of an impossible size.")
            check_announced(width, height)
            pixels = pool.take(height, width, channels)
            decode_picture(Coding.JPEG, jpeg, pixels)
            yield pixels
            # Counted from when it is waited for again: a still may have been taken meanwhile.
            answer.extend(time.monotonic() + timeout_s)
