"""The earliest moment it can possibly be. A box without a battery-backed clock starts in the past; certificates,
retention and the freshness of the configuration would then be judged wrongly, so it must not go unnoticed.

The floor is on disk and only ever rises. Not responsible for setting the clock (the system's time service does).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from appliance.durable.private_file import read_private, write_private
from appliance.errors import ClockWentBackwards, DiskFull, StorageCorrupted
from appliance.runtime.clock import Clock, timestamp

log = structlog.get_logger(__name__)

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
        """None before the first check. Raises StorageCorrupted `time-floor-damaged`, StateError `state-unusable`."""
        data = read_private(self._path)
        if data is None:
            return None
        try:
            moment = datetime.fromisoformat(data.decode("ascii").strip())
        except ValueError as error:  # UnicodeDecodeError is one
            raise _damaged() from error
        if moment.tzinfo is None:
            raise _damaged()
        return moment.astimezone(UTC)

    def check(self) -> datetime:
        """Compare the clock with the floor and raise the floor; returns it.

        Raises ClockWentBackwards, StorageCorrupted, StateError `state-unusable`. A full disk only leaves it lower.
        """
        before = self.floor()
        after = raised_floor(self._clock.now(), before, self._tolerance)
        if before is None or after > before:
            try:
                write_private(self._path, timestamp(after).encode() + b"\n")
            except DiskFull as error:
                # The floor stays where it was, which is safe; a box that did not start could free no space.
                log.warning("time-floor-not-raised", code=error.code)
        return after

    async def keep(
        self, *, interval_s: float = 60.0, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """A supervised task: raise the floor while the box runs. Raises as `check` does."""
        while True:
            await asyncio.to_thread(self.check)
            await sleep(interval_s)


def _damaged() -> StorageCorrupted:
    return StorageCorrupted(
        "The record of the latest time seen is damaged: ask the field engineer to run the doctor.",
        code="time-floor-damaged",
    )
