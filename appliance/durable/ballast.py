"""Room kept for a full disk: a file of zeros that is given up when nothing else is left.

Sending is what frees space on a box (a receipt erases images and package), and sending needs room for its rows. A box
whose disk filled up by itself would otherwise wait for ever. Blocking, but for `keep` and `make_room`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

SIZE_BYTES = 8 << 20
INTERVAL_S = 60.0


class Ballast:
    def __init__(self, path: Path, *, size_bytes: int = SIZE_BYTES) -> None:
        self._path = path
        self._size_bytes = size_bytes

    def reserve(self) -> bool:
        """Whether the room is kept now. It is never taken from the last that there is: three times as much stays."""
        try:
            if self._path.exists():
                if self._path.stat().st_size >= self._size_bytes:
                    return True
                self._path.unlink()  # a power cut came between the name and the room
            if shutil.disk_usage(self._path.parent).free < 4 * self._size_bytes:
                return False
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, self._size_bytes)
            finally:
                os.close(descriptor)
        except OSError:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)
            return False
        return True

    def give_up(self) -> bool:
        """Whether there was room to give up."""
        try:
            self._path.unlink()
        except OSError:
            return False
        log.warning("ballast-given-up", bytes=self._size_bytes)
        return True

    async def make_room(self) -> bool:
        """`give_up` for callers on the event loop."""
        return await asyncio.to_thread(self.give_up)

    async def keep(
        self, *, interval_s: float = INTERVAL_S, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """A supervised task: the room is kept again once there is enough."""
        while True:
            await asyncio.to_thread(self.reserve)
            await sleep(interval_s)
