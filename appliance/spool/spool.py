"""The queue itself: rows in the encrypted database, sealed files beside it, and the order in which both become true.

Enqueueing: file written, synced, renamed, directory synced, then the row. Erasing: the row says *erased* last, so an
erasure that a power cut interrupted is done again. A file without a row is set aside, never silently dropped: after a
power cut its attendance is sealed again under the same id, which takes its place.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

import msgspec
import structlog

from appliance.durable.database import Connection, Database
from appliance.durable.private_file import named, private_directory, sync_directory
from appliance.errors import StateError, StorageCorrupted
from appliance.model.receipt import Receipt
from appliance.runtime.clock import Clock, timestamp
from appliance.spool.entry import COLUMNS, SCHEMA, SpoolEntry
from appliance.spool.states import NEEDS_FILE, PackageState, require_transition

__all__ = ["SCHEMA", "Spool", "SpoolEntry"]

log = structlog.get_logger(__name__)

T = TypeVar("T")
READ_BYTES = 1 << 20
DAMAGED = "package-damaged"
_ORPHANS = "orphans"
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Written(Protocol):
    """What a package's writer says of what it wrote."""

    @property
    def sha256(self) -> str: ...

    @property
    def bytes(self) -> int: ...


class Spool:
    def __init__(self, directory: Path, database: Database, clock: Clock) -> None:
        self._directory = directory
        self._database = database
        self._clock = clock
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spool")
        self._entries: dict[str, SpoolEntry] = {}
        self._orphans: set[str] = set()
        self._watchers: list[Callable[[], None]] = []
        self._enqueueing = asyncio.Lock()

    async def recover(self) -> None:
        """Reads the rows, sets aside files that no row knows, holds packages whose file is missing or cut.

        Quick, for a start: `inspect` looks into the files. Raises DiskFull, StateError.
        """

        def select(connection: Connection) -> list[SpoolEntry]:
            rows = connection.execute(f"SELECT {COLUMNS} FROM spool ORDER BY queued_at, package_id").fetchall()  # noqa: S608 - a constant
            return [SpoolEntry.from_row(row) for row in rows]

        self._entries = {entry.package_id: entry for entry in await self._database.run(select)}
        live = {e.package_id for e in self._entries.values() if e.state is not PackageState.ERASED}
        await self._run(lambda: self._sweep(live))
        for entry in await self._run(lambda: [one for one in self._waiting() if not self._complete(one)]):
            await self._hold(entry)

    async def inspect(self) -> None:
        """Hashes every file that AIMA has not receipted, one after the other; holds those that were damaged.

        A task of its own after the start: days of packages take longer to read than a technician waits.
        """
        for waiting in self._waiting():
            intact = await self._run(functools.partial(self._intact, waiting))
            entry = self._entries.get(waiting.package_id)
            if entry is not None and entry.state in NEEDS_FILE and not intact:
                await self._hold(entry)

    def watch(self, watcher: Callable[[], None]) -> None:
        """`watcher` is called on the event loop after each change; it must be quick."""
        self._watchers.append(watcher)

    def entries(self) -> tuple[SpoolEntry, ...]:
        """Oldest first, erased ones included: that something was sent stays known for the retention's time."""
        return tuple(self._entries.values())

    @property
    def orphans(self) -> int:
        """How many files were found that no row knows: packages of a lost database, for the field engineer."""
        return len(self._orphans)

    def entry(self, package_id: str) -> SpoolEntry:
        try:
            return self._entries[package_id]
        except KeyError:
            raise StateError("There is no such package in the queue.", code="package-unknown") from None

    def path(self, package_id: str) -> Path:
        return self._directory / f"{package_id}.p7m"

    async def enqueue(self, package_id: str, attendance_id: str, write: Callable[[BinaryIO], Written]) -> SpoolEntry:
        """Durable when it returns. An attendance that has a package already gets that one: never two for one.

        `write` runs in the spool's thread. Raises DiskFull, StateError, and what `write` raises; then nothing is left.
        """
        if not _IDENTIFIER.fullmatch(package_id):
            raise StateError("A package's id is not allowed.", code="storage-name")
        async with self._enqueueing:
            return await self._enqueue(package_id, attendance_id, write)

    async def check(self, package_id: str) -> None:
        """Whether the file is what was sealed. Raises StorageCorrupted `package-damaged`."""
        entry = self.entry(package_id)
        if not await self._run(lambda: self._intact(entry)):
            raise StorageCorrupted("A package was damaged on this box's disk: it is held here.", code=DAMAGED)

    async def mark_sending(self, package_id: str, upload_url: str) -> SpoolEntry:
        """`upload_url` is where an interrupted upload can be taken up again; empty before there is one."""
        return await self._change(self.entry(package_id), PackageState.SENDING, upload_url=upload_url)

    async def mark_sent(self, package_id: str) -> SpoolEntry:
        return await self._change(self.entry(package_id), PackageState.SENT)

    async def mark_refused(self, package_id: str, code: str) -> SpoolEntry:
        return await self._change(self.entry(package_id), PackageState.REFUSED, error=code)

    async def mark_receipted(self, package_id: str, receipt: Receipt) -> SpoolEntry:
        """Only with a receipt that was verified; it is durable before anything is erased."""
        return await self._change(self.entry(package_id), PackageState.RECEIPTED, receipt=receipt, error="")

    async def try_again(self, package_id: str) -> SpoolEntry:
        """A held package goes back into the queue, for the technician who knows why it was held."""
        return await self._change(self.entry(package_id), PackageState.QUEUED, error="", upload_url="")

    async def erase(self, package_id: str) -> SpoolEntry:
        """The file goes first and durably, then the row says so. Raises StateError before there is a receipt."""
        entry = self.entry(package_id)
        require_transition(entry.state, PackageState.ERASED)
        await self._run(lambda: self._unlink(self.path(entry.package_id)))
        return await self._change(entry, PackageState.ERASED)

    async def forget_before(self, moment: str) -> None:
        """Drops the records of erased packages queued before `moment` (RFC 3339)."""
        old = [e.package_id for e in self.entries() if e.state is PackageState.ERASED and e.queued_at < moment]

        def delete(connection: Connection) -> None:
            connection.executemany("DELETE FROM spool WHERE package_id = ?", [(package_id,) for package_id in old])

        if old:
            await self._database.run(delete)
            for package_id in old:
                del self._entries[package_id]

    async def close(self) -> None:
        await asyncio.to_thread(self._worker.shutdown, wait=True)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._worker, work))

    async def _hold(self, entry: SpoolEntry) -> None:
        """One that AIMA may have already is only marked: its receipt is asked for before it is given up."""
        log.error("package-damaged", package_id=entry.package_id, state=entry.state.value)
        held = PackageState.REFUSED if entry.state is PackageState.QUEUED else entry.state
        await self._save(msgspec.structs.replace(entry, state=held, error=DAMAGED))

    async def _enqueue(self, package_id: str, attendance_id: str, write: Callable[[BinaryIO], Written]) -> SpoolEntry:
        for entry in self._entries.values():
            if entry.attendance_id == attendance_id:
                return entry
        if package_id in self._entries:
            raise StateError("A package of that id is in the queue already.", code="package-twice")
        written = await self._run(lambda: self._write(package_id, write))
        entry = SpoolEntry(
            package_id=package_id,
            attendance_id=attendance_id,
            state=PackageState.QUEUED,
            sha256=written.sha256,
            bytes=written.bytes,
            queued_at=timestamp(self._clock.now()),
        )
        await self._save(entry)
        if package_id in self._orphans:
            await self._run(lambda: self._unlink(self._directory / _ORPHANS / f"{package_id}.p7m"))
            self._orphans.discard(package_id)
        log.info("package-queued", package_id=package_id, attendance_id=attendance_id, bytes=entry.bytes)
        return entry

    async def _change(self, entry: SpoolEntry, state: PackageState, **changes: object) -> SpoolEntry:
        require_transition(entry.state, state)
        changed = msgspec.structs.replace(entry, state=state, **changes)
        await self._save(changed)
        log.info("package-state", package_id=entry.package_id, state=state.value, previous=entry.state.value)
        return changed

    async def _save(self, entry: SpoolEntry) -> None:
        marks = ", ".join("?" * len(COLUMNS.split(", ")))

        def upsert(connection: Connection) -> None:
            connection.execute(f"INSERT OR REPLACE INTO spool ({COLUMNS}) VALUES ({marks})", entry.to_row())  # noqa: S608 - constants

        await self._database.run(upsert)
        self._entries[entry.package_id] = entry
        for watcher in self._watchers:
            watcher()

    def _write(self, package_id: str, write: Callable[[BinaryIO], Written]) -> Written:
        unfinished = self._directory / f"{package_id}.unfinished"
        try:
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as out:
                written = write(out)
                out.flush()
                os.fsync(out.fileno())
            unfinished.replace(self._directory / f"{package_id}.p7m")
            sync_directory(self._directory)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise named(error, unfinished) from error
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        return written

    def _sweep(self, live: set[str]) -> None:
        orphans = self._directory / _ORPHANS
        private_directory(orphans)
        private_directory(self._directory)
        try:
            for path in self._directory.iterdir():
                if path.suffix == ".unfinished":
                    self._unlink(path)
                elif path.suffix == ".p7m" and path.stem in self._entries and path.stem not in live:
                    # Receipted and said to be erased: what is left of it goes.
                    self._unlink(path)
                elif path.suffix == ".p7m" and path.stem not in live:
                    log.error("package-orphaned", package_id=path.stem)
                    path.replace(orphans / path.name)
                    sync_directory(orphans)
                    sync_directory(self._directory)
            self._orphans = {path.stem for path in orphans.glob("*.p7m")}
        except OSError as error:
            raise named(error, self._directory) from error

    def _waiting(self) -> list[SpoolEntry]:
        return [entry for entry in self._entries.values() if entry.state in NEEDS_FILE]

    def _complete(self, entry: SpoolEntry) -> bool:
        try:
            return self.path(entry.package_id).stat().st_size == entry.bytes
        except OSError:
            return False

    def _intact(self, entry: SpoolEntry) -> bool:
        digest = hashlib.sha256()
        try:
            with self.path(entry.package_id).open("rb") as file:
                while chunk := file.read(READ_BYTES):
                    digest.update(chunk)
        except OSError:
            return False
        return digest.hexdigest() == entry.sha256

    def _unlink(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
            sync_directory(path.parent)
        except OSError as error:
            raise named(error, path) from error
