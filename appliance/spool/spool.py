"""The queue itself: rows in the encrypted database, sealed files beside it, and the order in which both become true.

Enqueueing: file written, synced, renamed, directory synced, then the row. Erasing: the row says *erased* last, so an
erasure that a power cut interrupted is done again. A file without a row is set aside, never silently dropped: after a
power cut its attendance is sealed again under the same id, which takes its place.
"""

from __future__ import annotations

import asyncio
import functools
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec
import structlog

from appliance.durable.database import Database
from appliance.errors import DiskFull, StateError, StorageCorrupted
from appliance.model.receipt import Receipt
from appliance.runtime.clock import Clock, timestamp
from appliance.spool.entry import SCHEMA, SpoolEntry
from appliance.spool.files import SpoolFiles, Written
from appliance.spool.states import NEEDS_FILE, PackageState, require_transition
from appliance.spool.table import SpoolTable

__all__ = ["SCHEMA", "Spool", "SpoolEntry"]

log = structlog.get_logger(__name__)

T = TypeVar("T")
DAMAGED, FAULTY = "package-damaged", "disk-faulty"
_REPLACEABLE = frozenset({PackageState.SENDING})
"""Where it stands once AIMA was asked for it and has none."""
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Spool:
    def __init__(self, directory: Path, database: Database, clock: Clock) -> None:
        self._files = SpoolFiles(directory)
        self._table = SpoolTable(database)
        self._clock = clock
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spool")
        self._entries: dict[str, SpoolEntry] = {}
        self._orphans: set[str] = set()
        self._watchers: list[Callable[[], None]] = []
        self._enqueueing = asyncio.Lock()
        self._changing = asyncio.Lock()

    async def recover(self) -> None:
        """Reads the rows, sets aside files that no row knows, marks packages whose file is missing or cut.

        Quick, for a start: `inspect` looks into the files. Raises DiskFull, StorageCorrupted, StateError.
        """
        self._entries = {entry.package_id: entry for entry in await self._table.load()}
        live = {one.package_id for one in self._entries.values() if one.state is not PackageState.ERASED}
        self._orphans = await self._run(lambda: self._files.sweep(set(self._entries), live))
        for entry in await self._run(lambda: [one for one in self._waiting() if not self._files.complete(one)]):
            await self._mark_damaged(entry)

    async def inspect(self) -> None:
        """Hashes every file that AIMA has not receipted, one after the other; marks those that were damaged.

        A task of its own after the start: days of packages take longer to read than a technician waits.
        """
        for waiting in self._waiting():
            try:
                intact = await self._run(functools.partial(self._files.intact, waiting))
            except StateError as error:
                # It is looked at again before it is sent.
                log.warning("package-not-inspected", package_id=waiting.package_id, code=error.code)
                continue
            if not intact:
                await self._mark_damaged(waiting)

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
        """Raises StateError `package-unknown`."""
        try:
            return self._entries[package_id]
        except KeyError:
            raise StateError("There is no such package in the queue.", code="package-unknown") from None

    def holds(self, attendance_id: str) -> bool:
        """Whether a package of that attendance is here, in whatever state: then it is the queue's to keep or erase."""
        return any(entry.attendance_id == attendance_id for entry in self._entries.values())

    async def discard(self, package_id: str) -> None:
        """Erases what an interrupted sealing left under that id. What is queued stays. Raises DiskFull, StateError."""
        async with self._enqueueing:
            if package_id in self._entries or not _IDENTIFIER.fullmatch(package_id):
                return
            await self._run(lambda: self._files.erase(package_id))
            await self._run(lambda: self._files.erase_orphan(package_id))
            self._orphans.discard(package_id)

    def path(self, package_id: str) -> Path:
        return self._files.path(package_id)

    async def enqueue(self, package_id: str, attendance_id: str, write: Callable[[BinaryIO], Written]) -> SpoolEntry:
        """Durable when it returns. An attendance that has a package already gets that one: never two for one.

        `write` runs in the spool's thread. Raises DiskFull, StateError, and what `write` raises; then nothing is left.
        """
        if not _IDENTIFIER.fullmatch(package_id):
            raise StateError("A package's id is not allowed.", code="storage-name")
        async with self._enqueueing:
            for entry in self._entries.values():
                if entry.attendance_id == attendance_id:
                    return entry
            if package_id in self._entries:
                raise StateError("A package of that id is in the queue already.", code="package-twice")
            return await self._enqueue(package_id, attendance_id, write)

    async def replace(self, package_id: str, write: Callable[[BinaryIO], Written]) -> SpoolEntry:
        """A damaged package, sealed again under its id; what was begun of the old one's upload is forgotten.

        Durable when it returns. Raises as `enqueue`, and StateError `package-state` once AIMA has it; the old file
        is then still there.
        """
        async with self._enqueueing:
            self._require(package_id, _REPLACEABLE)
            written = await self._run(lambda: self._files.write(package_id, write))
            return await self._change(
                package_id,
                PackageState.SENDING,
                among=_REPLACEABLE,
                sha256=written.sha256,
                bytes=written.bytes,
                upload_url="",
                error="",
            )

    async def check(self, package_id: str) -> None:
        """Whether the file is what was sealed. Raises StorageCorrupted `package-damaged`, StateError."""
        entry = self.entry(package_id)
        if not await self._run(lambda: self._files.intact(entry)):
            raise StorageCorrupted("A package was damaged on this box's disk: it is held here.", code=DAMAGED)

    async def mark_sending(self, package_id: str, upload_url: str, receipt_certificate: str = "") -> SpoolEntry:
        """`upload_url` is where an interrupted upload can be taken up again; empty before there is one.

        `receipt_certificate` (PEM) is who signs receipts when the sending begins; the first one said is kept.
        """
        kept = self.entry(package_id).receipt_certificate or receipt_certificate
        return await self._change(
            package_id,
            PackageState.SENDING,
            among=NEEDS_FILE,
            upload_url=upload_url,
            receipt_certificate=kept,
            insisted=False,
        )

    async def mark_sent(self, package_id: str) -> SpoolEntry:
        return await self._change(package_id, PackageState.SENT, insisted=False)

    async def mark_refused(self, package_id: str, code: str) -> SpoolEntry:
        return await self._change(package_id, PackageState.REFUSED, error=code)

    async def mark_receipted(self, package_id: str, receipt: Receipt) -> SpoolEntry:
        """Only with a receipt that was verified; it is durable before anything is erased."""
        return await self._change(package_id, PackageState.RECEIPTED, receipt=receipt, error="")

    async def try_again(self, package_id: str) -> SpoolEntry:
        """A held package goes on where it stood, for the technician who knows why it was held: AIMA is asked first.

        A refusal of before counts for nothing then, once: AIMA may have mended what made it refuse.
        """
        return await self._change(package_id, PackageState.SENDING, error="", insisted=True)

    async def erase(self, package_id: str) -> SpoolEntry:
        """The file goes first and durably, then the row says so. Raises StateError before there is a receipt."""
        require_transition(self.entry(package_id).state, PackageState.ERASED)
        await self._run(lambda: self._files.erase(package_id))
        return await self._change(package_id, PackageState.ERASED)

    async def forget_before(self, moment: str) -> None:
        """Drops the records of erased packages queued before `moment` (RFC 3339)."""
        async with self._changing:
            old = [e.package_id for e in self.entries() if e.state is PackageState.ERASED and e.queued_at < moment]
            if not old:
                return
            await self._table.forget(old)
            for package_id in old:
                del self._entries[package_id]
        self._tell()

    async def close(self) -> None:
        await asyncio.to_thread(self._worker.shutdown, wait=True)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._worker, work))

    def _waiting(self) -> list[SpoolEntry]:
        return [entry for entry in self._entries.values() if entry.state in NEEDS_FILE]

    async def _mark_damaged(self, seen: SpoolEntry) -> None:
        """For whoever looks at the queue. What follows is the forwarder's: AIMA may have it, or it is sealed again."""
        async with self._changing:
            package_id = seen.package_id
            entry = self._entries.get(package_id)
            if entry is None or entry.state not in NEEDS_FILE or entry.sha256 != seen.sha256:
                return  # it was receipted meanwhile, or erased: then its file may well be gone; or sealed again
            log.error("package-damaged", package_id=package_id, state=entry.state.value)
            marked = msgspec.structs.replace(entry, error=DAMAGED)
            try:
                await self._table.save(marked)
            except DiskFull as error:
                # It is found again at the next start; that the box starts at all is what frees space.
                log.error("package-damage-not-stored", package_id=package_id, code=error.code)
            self._entries[package_id] = marked
        self._tell()

    async def _enqueue(self, package_id: str, attendance_id: str, write: Callable[[BinaryIO], Written]) -> SpoolEntry:
        written = await self._run(lambda: self._files.write(package_id, write))
        entry = SpoolEntry(
            package_id=package_id,
            attendance_id=attendance_id,
            state=PackageState.QUEUED,
            sha256=written.sha256,
            bytes=written.bytes,
            queued_at=timestamp(self._clock.now()),
        )
        async with self._changing:
            try:
                await self._table.save(entry)
            except StateError as error:
                if error.code != FAULTY:  # after which nobody knows whether the row is there
                    await self._run(lambda: self._files.erase(package_id))
                raise
            self._entries[package_id] = entry
        if package_id in self._orphans:
            await self._run(lambda: self._files.erase_orphan(package_id))
            self._orphans.discard(package_id)
        log.info("package-queued", package_id=package_id, attendance_id=attendance_id, bytes=entry.bytes)
        self._tell()
        return entry

    async def _change(
        self,
        package_id: str,
        state: PackageState,
        *,
        among: frozenset[PackageState] = frozenset(PackageState),
        **changes: object,
    ) -> SpoolEntry:
        """From what the entry is now, one of `among`, not from what somebody saw of it before they waited."""
        async with self._changing:
            entry = self._require(package_id, among)
            require_transition(entry.state, state)
            changed = msgspec.structs.replace(entry, state=state, **changes)
            await self._table.save(changed)
            self._entries[package_id] = changed
        log.info("package-state", package_id=package_id, state=state.value, previous=entry.state.value)
        self._tell()
        return changed

    def _require(self, package_id: str, among: frozenset[PackageState]) -> SpoolEntry:
        entry = self.entry(package_id)
        if entry.state not in among:
            raise StateError("A package that is held goes on only when a person says so.", code="package-state")
        return entry

    def _tell(self) -> None:
        for watcher in self._watchers:
            watcher()
