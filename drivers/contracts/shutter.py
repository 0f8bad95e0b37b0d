"""How a full picture is asked for while small ones stream: pressed by the taker, heeded by the camera's driver."""

from __future__ import annotations

import threading


class Shutter:
    """Belongs to one stream. `press` may be called from any thread, the rest is the driver's.

    A still answers every press that came before it was captured, and no later one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._first_ns: int | None = None
        self._last_ns = 0

    def press(self, now_ns: int) -> None:
        """`now_ns` is of the monotonic clock, and no earlier than any press before."""
        with self._lock:
            self._last_ns = now_ns
            if self._first_ns is None:
                self._first_ns = now_ns

    @property
    def pressed_ns(self) -> int | None:
        """Since when a still is owed (monotonic ns); None while none is."""
        with self._lock:
            return self._first_ns

    def answer(self, captured_ns: int) -> None:
        """A still of that moment is given; a press that came after it stays owed."""
        with self._lock:
            if self._first_ns is not None and captured_ns >= self._first_ns:
                self._first_ns = None if captured_ns >= self._last_ns else self._last_ns
