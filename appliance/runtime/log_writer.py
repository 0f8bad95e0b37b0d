"""The thread that writes log lines. A reader that stalls holds up this thread and nobody else, the end included.

Neither `logging`'s listener nor Python's own stderr will do for that: both are waited for when the interpreter ends,
by a lock that the stalled thread holds. So lines go to the descriptor itself, and whoever stops waits for so long.
"""

from __future__ import annotations

import contextlib
import io
import os
import queue
import sys
import threading
import time
from typing import IO

FLUSH_S = 1.0
"""How long the end waits for a reader: what is left of five seconds once everything else has stopped."""


class LogWriter:
    """`lines` are written in order, None ends it. `stream` is for tests; otherwise stderr."""

    def __init__(self, lines: queue.Queue[str | None], stream: IO[str] | None, *, flush_s: float = FLUSH_S) -> None:
        self._lines = lines
        self._stream = stream
        self._flush_s = flush_s
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Everything is written when it returns, unless nobody reads it: then that is left unwritten."""
        ends_at = time.monotonic() + self._flush_s
        with contextlib.suppress(queue.Full):
            self._lines.put(None, timeout=self._flush_s)
        self._thread.join(max(0.0, ends_at - time.monotonic()))

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            # A stderr that is closed, or None, must not stop the kiosk, and there is nowhere left to say so.
            with contextlib.suppress(OSError, ValueError, AttributeError):
                self._write(line + "\n")

    def _write(self, line: str) -> None:
        stream = self._stream or sys.stderr
        try:
            descriptor = stream.fileno()
        except io.UnsupportedOperation:
            stream.write(line)
            stream.flush()
            return
        left = memoryview(line.encode())
        while left:
            left = left[os.write(descriptor, left) :]
