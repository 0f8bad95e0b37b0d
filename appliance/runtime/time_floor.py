"""The earliest moment it can possibly be. A box without a battery-backed clock starts in the past; certificates,
retention and the freshness of the configuration would then be judged wrongly, so it must not go unnoticed.

The floor is on disk and only ever rises. Not responsible for setting the clock (the system's time service does).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.errors import ClockWentBackwards, DiskFull, StateError, StorageCorrupted
from appliance.runtime.clock import Clock, timestamp

TOLERANCE = timedelta(minutes=2)
"""Small steps back are the time service at work."""


def raised_floor(now: datetime, floor: datetime | None, tolerance: timedelta = TOLERANCE) -> datetime:
    """The floor after looking at the clock. Raises ClockWentBackwards when `now` is below it by over `tolerance`."""
    if floor is None:
        return now
    if now < floor - tolerance:
        raise ClockWentBackwards(
            f"The box's clock stands before {timestamp(floor)[:10]}, a day it has already seen: set the clock or "
            "connect the network, then start again."
        )
    return max(now, floor)


class TimeFloor:
    """`path` holds one RFC 3339 moment. `check` blocks (file, fsync): call it before the loop runs or in a thread."""

    def __init__(self, path: Path, clock: Clock, *, tolerance: timedelta = TOLERANCE) -> None:
        self._path = path
        self._clock = clock
        self._tolerance = tolerance

    def floor(self) -> datetime | None:
        """None before the first check. Raises StorageCorrupted `time-floor-damaged`, StateError `state-unreadable`."""
        try:
            text = self._path.read_text("ascii")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StateError("The kiosk's state cannot be read.", code="state-unreadable") from error
        except UnicodeDecodeError as error:
            raise _damaged() from error
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError as error:
            raise _damaged() from error
        if moment.tzinfo is None:
            raise _damaged()
        return moment.astimezone(UTC)

    def check(self) -> datetime:
        """Compare the clock with the floor and raise the floor; returns it.

        Raises ClockWentBackwards, StorageCorrupted, DiskFull, StateError `state-unwritable`.
        """
        before = self.floor()
        after = raised_floor(self._clock.now(), before, self._tolerance)
        if before is None or after > before:
            self._write(after)
        return after

    async def keep(
        self, *, interval_s: float = 60.0, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """A supervised task: raise the floor while the box runs. Raises as `check` does."""
        while True:
            await asyncio.to_thread(self.check)
            await sleep(interval_s)

    def _write(self, moment: datetime) -> None:
        """Whole or not at all: temporary file, fsync, rename, fsync of the directory."""
        temporary = self._path.with_name(self._path.name + ".new")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(timestamp(moment).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path)
            directory = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink()
            if error.errno in _FULL:
                raise DiskFull("The disk is full: free some space, nothing was lost.") from error
            raise StateError("The kiosk's state cannot be written.", code="state-unwritable") from error


def _damaged() -> StorageCorrupted:
    return StorageCorrupted(
        "The record of the latest time seen is damaged: ask the field engineer to run the doctor.",
        code="time-floor-damaged",
    )


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
