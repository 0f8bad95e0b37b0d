"""Since when, at the earliest, a live camera's picture can have been on its way: what a still's freshness rests on.

Pictures queue between a camera and its reader (the kernel's buffers, a socket's, the sender's), and a stream without
lengths gives each one only when the next begins. What follows a picture that was waited for has come since that wait
began: then nothing lay ready. The one after that was not even on its way then, unless the way is longer than the
camera's interval: from that one on the wait counts.

A picture was waited for when its reader slept for a good part of the camera's interval, and had done so over the last
reads; how long it slept is what a read took without the time that it ran or wanted to. Where the kernel says when it
took a picture in (Video4Linux), what follows that one is newer than that moment.
"""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Final

_ASLEEP: Final = 0.5
"""The part of the camera's interval that a reader sleeps who is not behind."""
_READS: Final = 3
"""So many in a row have to say so: a thread may also sleep because it is kept from running, now and then."""
_MEASURED_NS: Final = 10_000_000_000
"""Pictures are counted over so long. What piled up meanwhile is counted with the time in which it did."""
_MEASURED_AT_LEAST_NS: Final = 1_000_000_000
_PACED: Final = 30
_SCHEDSTAT: Final = Path("/proc/thread-self/schedstat")
"""Nanoseconds that the thread ran, and those that it wanted to run; and how often it did."""


def _awake_ns() -> int:
    """How long this thread has run or wanted to."""
    try:
        wanted_ns = int(_SCHEDSTAT.read_text().split()[1])
    except (OSError, IndexError, ValueError):
        wanted_ns = 0
    return time.thread_time_ns() + wanted_ns


class Arrivals:
    """One stream's, in the thread that reads it: `reading` before a read, `arrived` after one that gave a picture.

    `opened_ns`: before the stream was opened. `usual_ns`: the camera's interval, until it was measured.
    """

    def __init__(
        self,
        opened_ns: int,
        usual_ns: float,
        *,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        awake_ns: Callable[[], int] = _awake_ns,
    ) -> None:
        self._opened_ns = opened_ns
        self._since_ns, self._nothing_ready_ns = opened_ns, opened_ns
        self._usual_ns = usual_ns
        self._clock_ns = clock_ns
        self._awake_ns = awake_ns
        self._began_ns, self._awake_before_ns = 0, 0
        self._slept: deque[float] = deque(maxlen=_READS)
        self._came: deque[int] = deque()
        self._is_told = False

    @property
    def interval_ns(self) -> float:
        """Between two of the camera's pictures."""
        span_ns = self._came[-1] - self._came[0] if self._came else 0
        if span_ns < _MEASURED_AT_LEAST_NS:
            return self._usual_ns
        return span_ns / (len(self._came) - 1)

    @property
    def pace_ns(self) -> float | None:
        """What usually passed between two of the last pictures; None before there are two."""
        last = list(self._came)[-_PACED - 1 :]
        return statistics.median(after - before for before, after in pairwise(last)) if len(last) > 1 else None

    def counted_from_here(self) -> None:
        """What came before the last picture says nothing of the camera's interval: it had piled up."""
        while len(self._came) > 1:
            self._came.popleft()

    @property
    def is_behind(self) -> bool:
        """Whether what is read may have lain ready for long."""
        interval_ns = self.interval_ns
        # None counts for more than the interval: one that took very long says nothing of those after it.
        slept_ns = sum(min(slept_ns, interval_ns) for slept_ns in self._slept)
        full = len(self._slept) == _READS
        return not full or slept_ns < _ASLEEP * _READS * interval_ns or self._slept[-1] < _ASLEEP * interval_ns

    @property
    def has_time(self) -> bool:
        """Whether who reads may do more than that, and it can still be told how old the next pictures are: always where
        the kernel says so, else while he is not behind."""
        return self._is_told or not self.is_behind

    def reading(self) -> None:
        # The clock last here and first after the read: to look at the rest may itself wait for other threads.
        self._awake_before_ns = self._awake_ns()
        self._began_ns = self._clock_ns()

    def arrived(self, kernel_ns: int | None = None) -> int:
        """Since when the picture that has just been read can have been on its way (monotonic ns).

        `kernel_ns`: when the kernel says to have taken it in; what cannot be is not believed.
        """
        since_ns, now_ns = self._since_ns, self._clock_ns()
        self._slept.append(now_ns - self._began_ns - (self._awake_ns() - self._awake_before_ns))
        self._came.append(now_ns)
        # The last before the time measured stays: a gap counts with what piled up in it.
        while len(self._came) > 2 and now_ns - self._came[1] > _MEASURED_NS:
            self._came.popleft()
        self._is_told = kernel_ns is not None and self._opened_ns <= kernel_ns <= now_ns
        if kernel_ns is not None and self._is_told:
            self._since_ns = max(self._since_ns, kernel_ns)
        elif not self.is_behind:
            self._since_ns, self._nothing_ready_ns = self._nothing_ready_ns, self._began_ns
        return since_ns
