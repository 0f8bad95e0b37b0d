"""Since when journals that cannot be read have lain here, so that retention reaches them as well.

Where a journal's first event can still be read, that says it. Else it is the moment at which this box first met the
damage: kept in a stream of its own, which no attendance has, and gone with the last of those journals.
"""

from __future__ import annotations

from typing import Protocol

import msgspec
import structlog

from appliance.errors import KioskError
from appliance.model.attendance import Opened, event_from_bytes

log = structlog.get_logger(__name__)

STREAM = "first-seen-damaged"


class Journal(Protocol):
    """What is needed of `durable.journal`."""

    async def append(self, stream_id: str, expected_sequence: int, payload: bytes) -> None: ...

    async def read(self, stream_id: str) -> list[bytes]: ...

    async def erase(self, stream_id: str) -> None: ...


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    stream_id: str
    at: str


def opened_at(payloads: list[bytes]) -> str | None:
    """When a journal's attendance was opened; None when its first event cannot be read."""
    try:
        first = event_from_bytes(payloads[0]) if payloads else None
    except msgspec.MsgspecError:
        return None
    return first.at if isinstance(first, Opened) else None


class FirstSeen:
    """What cannot be stored now is remembered until the box stops: it never keeps a box from starting."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._at: dict[str, str] = {}
        self._length = 0

    async def load(self) -> None:
        self._at.clear()
        try:
            payloads = await self._journal.read(STREAM)
            self._length = len(payloads)
            for seen in (msgspec.json.decode(payload, type=_Seen) for payload in payloads):
                self._at.setdefault(seen.stream_id, seen.at)
        except (KioskError, msgspec.MsgspecError):
            log.error("first-seen-unreadable")

    async def at(self, stream_id: str, now: str) -> str:
        """When this damaged journal was first met: `now`, unless it was before."""
        if stream_id not in self._at:
            self._at[stream_id] = now
            try:
                seen = msgspec.json.encode(_Seen(stream_id=stream_id, at=now))
                await self._journal.append(STREAM, self._length, seen)
                self._length += 1
            except KioskError as error:
                log.error("first-seen-not-stored", attendance_id=stream_id, code=error.code)
        return self._at[stream_id]

    async def keep_only(self, damaged: set[str]) -> None:
        """Forgets the others; with the last of them the stream goes."""
        self._at = {stream_id: at for stream_id, at in self._at.items() if stream_id in damaged}
        if self._at or not self._length:
            return
        try:
            await self._journal.erase(STREAM)
            self._length = 0
        except KioskError as error:
            log.error("first-seen-not-erased", code=error.code)
