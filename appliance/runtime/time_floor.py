"""The earliest moment it can possibly be. A box without a battery-backed clock starts in the past; certificates,
retention and the freshness of the configuration would then be judged wrongly, so it must not go unnoticed.

The floor is on disk and only ever rises, and only to moments that AIMA has vouched for (its short-lived signature on
the configuration was in force): a clock that once jumped ahead must not stop the box for as long as it jumped. Not
responsible for setting the clock (the system's time service does).
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
    """`path` holds one RFC 3339 moment. All but `keep` block (file, fsync): call them in a thread."""

    def __init__(self, path: Path, clock: Clock, *, tolerance: timedelta = TOLERANCE) -> None:
        self._path = path
        self._clock = clock
        self._tolerance = tolerance

    def floor(self) -> datetime | None:
        """None before the first vouched moment.

        Raises StorageCorrupted `time-floor-damaged`, StateError `state-unusable`."""
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

    def check(self) -> None:
        """Compare the clock with the floor.

        Raises ClockWentBackwards, StorageCorrupted, StateError `state-unusable`.
        """
        raised_floor(self._clock.now(), self.floor(), self._tolerance)

    def raise_to(self, vouched: datetime) -> None:
        """It cannot be earlier than `vouched` any more. A full disk only leaves the floor lower, which is safe.

        Raises StorageCorrupted, StateError `state-unusable`.
        """
        before = self.floor()
        if before is not None and vouched <= before:
            return
        try:
            write_private(self._path, timestamp(vouched).encode() + b"\n")
        except DiskFull as error:
            # A box that did not start could free no space.
            log.warning("time-floor-not-raised", code=error.code)

    async def keep(
        self,
        vouched: Callable[[], datetime | None],
        *,
        interval_s: float = 60.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """A supervised task: raise the floor to what AIMA vouched for last, None for nothing yet."""
        while True:
            moment = vouched()
            if moment is not None:
                await asyncio.to_thread(self.raise_to, moment)
            await sleep(interval_s)


def _damaged() -> StorageCorrupted:
    return StorageCorrupted(
        "The record of the latest time seen is damaged: ask the field engineer to run the doctor.",
        code="time-floor-damaged",
    )
