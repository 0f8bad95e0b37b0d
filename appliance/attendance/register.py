"""The attendances that this box holds: each event durable first, then known. What may happen is `commands`' to say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

import msgspec
import structlog

from appliance.attendance.first_seen import STREAM, FirstSeen, opened_at
from appliance.attendance.state import Attendance, apply, replay
from appliance.errors import AttendanceError, KioskError, StorageCorrupted
from appliance.model.attendance import Event, event_from_bytes, event_to_bytes

log = structlog.get_logger(__name__)


class Journal(Protocol):
    """What the register needs of `durable.journal`."""

    async def append(self, stream_id: str, expected_sequence: int, payload: bytes) -> None: ...

    async def read(self, stream_id: str) -> list[bytes]: ...

    async def streams(self) -> list[str]: ...

    async def erase(self, stream_id: str) -> None: ...


class Register:
    """All journals folded into values. One writer an attendance at a time; watchers are told after every event."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._attendances: dict[str, Attendance] = {}
        self._damaged: dict[str, KioskError] = {}
        self._damaged_since: dict[str, str] = {}
        self._first_seen = FirstSeen(journal)
        self._locks: dict[str, asyncio.Lock] = {}
        self._watchers: list[Callable[[], None]] = []

    async def load(self, now: str) -> None:
        """Reads every journal. A damaged one is set aside by name and never stops the others."""
        await self._first_seen.load()
        for stream_id in await self._journal.streams():
            if stream_id != STREAM:
                await self._load(stream_id, now)
        await self._first_seen.keep_only(set(self._damaged))

    async def _load(self, stream_id: str, now: str) -> None:
        payloads: list[bytes] = []
        try:
            payloads = await self._journal.read(stream_id)
            self._attendances[stream_id] = replay(_decode(payload) for payload in payloads)
        except StorageCorrupted as error:
            self._damaged[stream_id] = error
            self._damaged_since[stream_id] = opened_at(payloads) or await self._first_seen.at(stream_id, now)
            log.error("attendance-damaged", attendance_id=stream_id, code=error.code)

    def watch(self, watcher: Callable[[], None]) -> None:
        """`watcher` is called on the event loop after each change; it must be quick."""
        self._watchers.append(watcher)

    def changed(self) -> None:
        for watcher in self._watchers:
            watcher()

    @property
    def damaged(self) -> dict[str, KioskError]:
        """Attendance ids whose journal cannot be read, and why."""
        return dict(self._damaged)

    @property
    def damaged_since(self) -> dict[str, str]:
        """Since when each of them is here: its opening where that can be read, else when it was first met."""
        return dict(self._damaged_since)

    def all(self) -> tuple[Attendance, ...]:
        """Oldest first."""
        return tuple(sorted(self._attendances.values(), key=lambda attendance: attendance.opened.at))

    def get(self, attendance_id: str) -> Attendance:
        """Raises AttendanceError `attendance-unknown`."""
        try:
            return self._attendances[attendance_id]
        except KeyError:
            raise AttendanceError(
                "There is no such attendance on this box: it may have been sent and erased.", code="attendance-unknown"
            ) from None

    def find(self, attendance_id: str) -> Attendance | None:
        return self._attendances.get(attendance_id)

    @asynccontextmanager
    async def writing(self, attendance_id: str) -> AsyncIterator[Attendance]:
        """The attendance as it is, with nobody else changing it meanwhile. Raises as `get`."""
        async with self.holding(attendance_id):
            yield self.get(attendance_id)

    def holding(self, attendance_id: str) -> asyncio.Lock:
        """What `writing` waits for, also for one that is not (any longer) known."""
        return self._locks.setdefault(attendance_id, asyncio.Lock())

    async def append(self, attendance_id: str, event: Event) -> Attendance:
        """Durable, then known, then told. The caller holds `writing`, but for the first event.

        What is known is what a restart would read. Raises AttendanceError `event-unreadable`; nothing is stored then.
        """
        before = self._attendances.get(attendance_id)
        payload, event = _stored_form(event)
        after = apply(before, event)
        await self._journal.append(attendance_id, before.length if before else 0, payload)
        self._attendances[attendance_id] = after
        log.info(
            "attendance-event", attendance_id=attendance_id, event_type=type(event).__name__, step=after.step.value
        )
        self.changed()
        return after

    async def erase(self, attendance_id: str) -> None:
        """Forgets the journal. Erasing twice is as good as once."""
        await self._journal.erase(attendance_id)
        self._attendances.pop(attendance_id, None)
        if self._damaged.pop(attendance_id, None) is not None:
            self._damaged_since.pop(attendance_id, None)
            await self._first_seen.keep_only(set(self._damaged))
        # Whoever still waits for it finds the attendance gone.
        self._locks.pop(attendance_id, None)
        self.changed()


def _stored_form(event: Event) -> tuple[bytes, Event]:
    """An event's bytes, and the event that they give back: constructors check no bounds, reading does."""
    try:
        payload = event_to_bytes(event)
        return payload, event_from_bytes(payload)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise AttendanceError(
            "This was not recorded, because it could not be read again: check what was typed.",
            code="event-unreadable",
        ) from error


def _decode(payload: bytes) -> Event:
    try:
        return event_from_bytes(payload)
    except msgspec.MsgspecError as error:
        raise StorageCorrupted(
            "An attendance's journal cannot be read: it cannot be continued.", code="journal-damaged"
        ) from error
