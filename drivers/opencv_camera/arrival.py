"""Since when, at the earliest, a live camera's picture can have been on its way: what a still's freshness rests on.

Pictures queue between a camera and its reader (the kernel's buffers, a socket's), and a stream without lengths gives
each one only when the next begins. But when a read had to wait, nothing lay ready: whatever follows the picture that
it got has come since. Whether a read waited is told by the kernel's count of the times the thread gave way of itself.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import Final

_BEHIND_NS: Final = 1_000_000_000
"""How old a picture is at most where no read ever waits, because they come faster than they can be read."""


def _times_waited() -> int:
    """Of this thread so far (getrusage(2), `ru_nvcsw`)."""
    return resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw


class Arrivals:
    """One stream's, in the thread that reads it: `reading` before a read, `begun_ns` after one that gave a picture."""

    def __init__(
        self, clock_ns: Callable[[], int] = time.monotonic_ns, times_waited: Callable[[], int] = _times_waited
    ) -> None:
        self._clock_ns = clock_ns
        self._times_waited = times_waited
        self._nothing_ready_ns = 0
        self._began_ns = 0
        self._waited_before = 0

    def reading(self) -> None:
        self._began_ns, self._waited_before = self._clock_ns(), self._times_waited()

    def begun_ns(self) -> int:
        """Of the picture that has just been read: no moment before this one is in it."""
        begun_ns = max(self._nothing_ready_ns, self._began_ns - _BEHIND_NS)
        if self._times_waited() > self._waited_before:
            self._nothing_ready_ns = self._began_ns
        return begun_ns
