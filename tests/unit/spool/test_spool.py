"""The queue on the disk: one package an attendance, durable before it is said, never dropped in silence."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec
import pytest

from appliance.durable.database import Connection, Database
from appliance.errors import StateError, StorageCorrupted
from appliance.model.receipt import Receipt
from appliance.runtime.clock import SystemClock
from appliance.spool.spool import SCHEMA, Spool
from appliance.spool.states import PackageState
from appliance.spool.table import SpoolTable

KEY = bytes(range(32))
SEALED = b"sealed " * 1000
RECEIPT = Receipt(receipt_id="r", package_id="p1", sha256="0", bytes=1, received_at="t", signature="s")


@dataclass(frozen=True)
class Written:
    sha256: str
    bytes: int


def writing(data: bytes, then: Exception | None = None) -> Callable[[BinaryIO], Written]:
    def write(out: BinaryIO) -> Written:
        out.write(data)
        if then is not None:
            raise then
        return Written(hashlib.sha256(data).hexdigest(), len(data))

    return write


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "box.db", KEY, SCHEMA)
    yield database
    await database.close()


@pytest.fixture
async def start(tmp_path: Path, database: Database) -> AsyncIterator[Start]:
    """Starts a spool over what lies on the disk, as a restarted box would."""
    started: list[Spool] = []

    async def start() -> Spool:
        spool = Spool(tmp_path / "spool", database, SystemClock())
        started.append(spool)
        await spool.recover()
        return spool

    yield start
    for spool in started:
        await spool.close()


Start = Callable[[], Awaitable[Spool]]


def files(directory: Path) -> list[str]:
    return sorted(path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file())


async def through(spool: Spool, *states: PackageState) -> None:
    for state in states:
        if state is PackageState.SENDING:
            await spool.mark_sending("p1", "/files/x")
        elif state is PackageState.SENT:
            await spool.mark_sent("p1")
        elif state is PackageState.RECEIPTED:
            await spool.mark_receipted("p1", RECEIPT)


async def test_a_restart_finds_what_was_queued(start: Start) -> None:
    first = await start()
    entry = await first.enqueue("p1", "a1", writing(SEALED))
    again = await start()
    assert again.entries() == (entry,)
    assert (entry.state, entry.bytes) == (PackageState.QUEUED, len(SEALED))
    assert await asyncio.to_thread(again.path("p1").read_bytes) == SEALED


async def test_files_are_private(start: Start) -> None:
    spool = await start()
    await spool.enqueue("p1", "a1", writing(SEALED))
    assert [spool.path("p1").stat().st_mode & 0o777, spool.path("p1").parent.stat().st_mode & 0o777] == [0o600, 0o700]


async def test_an_attendance_has_one_package_however_often_it_is_asked(start: Start) -> None:
    spool = await start()
    results = await asyncio.gather(*(spool.enqueue(f"p{n}", "a1", writing(SEALED)) for n in range(5)))
    assert len({entry.package_id for entry in results}) == 1
    assert len(spool.entries()) == 1


async def test_two_attendances_cannot_share_a_package(start: Start) -> None:
    spool = await start()
    await spool.enqueue("p1", "a1", writing(SEALED))
    with pytest.raises(StateError) as refused:
        await spool.enqueue("p1", "a2", writing(b"other"))
    assert refused.value.code == "package-twice"
    assert await asyncio.to_thread(spool.path("p1").read_bytes) == SEALED


async def test_sealing_that_fails_leaves_nothing(start: Start, tmp_path: Path) -> None:
    spool = await start()
    with pytest.raises(StorageCorrupted):
        await spool.enqueue("p1", "a1", writing(SEALED, StorageCorrupted("an image was altered")))
    assert (spool.entries(), files(tmp_path / "spool")) == ((), [])


async def test_a_row_that_fails_leaves_no_file(start: Start, database: Database, tmp_path: Path) -> None:
    spool = await start()

    def full(connection: Connection) -> None:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON spool BEGIN SELECT RAISE(ABORT, 'as a disk that is full'); END"
        )

    await database.run(full)
    with pytest.raises(StateError):
        await spool.enqueue("p1", "a1", writing(SEALED))
    assert (spool.entries(), files(tmp_path / "spool")) == ((), [])


async def test_a_row_never_makes_way_for_another_package_of_its_attendance(start: Start, database: Database) -> None:
    spool = await start()
    entry = await spool.enqueue("p1", "a1", writing(SEALED))
    with pytest.raises(StateError):
        await SpoolTable(database).save(msgspec.structs.replace(entry, package_id="p2"))
    assert (await start()).entries() == (entry,)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.EACCES])
async def test_what_cannot_be_looked_into_now_is_not_damaged(
    start: Start, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    spool = await start()
    entry = await spool.enqueue("p1", "a1", writing(SEALED))

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)  # for root, no mode keeps a file from being opened
        await spool.inspect()
        with pytest.raises(StateError) as refused:
            await spool.check("p1")
    assert (refused.value.code, spool.entry("p1")) == ("state-unusable", entry)
    await spool.check("p1")


@pytest.mark.parametrize("name", ["../p", "a/b", "", ".hidden", "x" * 65])
async def test_ids_that_leave_the_folder_are_refused(start: Start, name: str) -> None:
    with pytest.raises(StateError) as refused:
        await (await start()).enqueue(name, "a1", writing(SEALED))
    assert refused.value.code == "storage-name"


async def test_erasing_needs_a_receipt(start: Start) -> None:
    spool = await start()
    await spool.enqueue("p1", "a1", writing(SEALED))
    for state in (PackageState.SENDING, PackageState.SENT, PackageState.RECEIPTED):
        with pytest.raises(StateError):
            await spool.erase("p1")
        await through(spool, state)
    erased = await spool.erase("p1")
    assert (erased.state, erased.receipt, spool.path("p1").exists()) == (PackageState.ERASED, RECEIPT, False)


async def test_an_erasure_that_the_power_interrupted_is_done_again(start: Start) -> None:
    spool = await start()
    await spool.enqueue("p1", "a1", writing(SEALED))
    await through(spool, PackageState.SENDING, PackageState.SENT, PackageState.RECEIPTED)
    await asyncio.to_thread(spool.path("p1").unlink)
    again = await start()
    assert again.entry("p1").state is PackageState.RECEIPTED
    assert (await again.erase("p1")).state is PackageState.ERASED


async def test_half_a_file_goes_and_a_file_without_a_row_is_set_aside(start: Start, tmp_path: Path) -> None:
    await start()
    await asyncio.to_thread((tmp_path / "spool" / "p0.unfinished").write_bytes, b"half")
    await asyncio.to_thread((tmp_path / "spool" / "p1.p7m").write_bytes, SEALED)
    spool = await start()
    assert (spool.orphans, files(tmp_path / "spool")) == (1, ["orphans/p1.p7m"])
    await spool.enqueue("p1", "a1", writing(b"sealed again"))
    assert (spool.orphans, files(tmp_path / "spool")) == (0, ["p1.p7m"])


@pytest.mark.parametrize("damage", ["missing", "cut", "altered"])
@pytest.mark.parametrize("state", [PackageState.QUEUED, PackageState.SENDING, PackageState.SENT])
async def test_a_damaged_file_is_named_and_kept(start: Start, damage: str, state: PackageState) -> None:
    spool = await start()
    await spool.enqueue("p1", "a1", writing(SEALED))
    await through(
        spool, *[one for one in (PackageState.SENDING, PackageState.SENT) if state in (one, PackageState.SENT)]
    )
    path = spool.path("p1")
    if damage == "missing":
        await asyncio.to_thread(path.unlink)
    elif damage == "cut":
        await asyncio.to_thread(os.truncate, path, 100)
    else:
        await asyncio.to_thread(path.write_bytes, b"?" * len(SEALED))
    again = await start()
    await again.inspect()
    # Only marked: AIMA may have it, or it is sealed again.
    assert (again.entry("p1").state, again.entry("p1").error) == (state, "package-damaged")
    with pytest.raises(StorageCorrupted) as refused:
        await again.check("p1")
    assert refused.value.code == "package-damaged"


async def test_a_damaged_package_is_replaced_under_its_id_before_aima_has_it(start: Start, tmp_path: Path) -> None:
    spool = await start()
    await spool.enqueue("p1", "a1", writing(SEALED))
    with pytest.raises(StateError):
        await spool.replace("p1", writing(b"too early"))
    await through(spool, PackageState.SENDING)
    await asyncio.to_thread(spool.path("p1").write_bytes, b"?" * len(SEALED))
    await spool.inspect()
    with pytest.raises(StorageCorrupted):
        await spool.replace("p1", writing(b"half", StorageCorrupted("an image was altered")))
    assert await asyncio.to_thread(spool.path("p1").read_bytes) == b"?" * len(SEALED)
    entry = await spool.replace("p1", writing(b"sealed again"))
    assert (entry.state, entry.bytes, entry.upload_url, entry.error) == (PackageState.SENDING, 12, "", "")
    assert (await start()).entry("p1") == entry
    await spool.check("p1")
    assert files(tmp_path / "spool") == ["p1.p7m"]
    await through(spool, PackageState.SENT)
    with pytest.raises(StateError):
        await spool.replace("p1", writing(b"too late"))


async def test_an_inspection_that_comes_late_marks_no_package_that_was_sealed_again(start: Start) -> None:
    spool = await start()
    await spool.enqueue("p1", "a1", writing(SEALED))
    await through(spool, PackageState.SENDING)
    await asyncio.to_thread(spool.path("p1").write_bytes, b"?" * len(SEALED))
    await asyncio.gather(spool.inspect(), spool.replace("p1", writing(b"sealed again")))
    assert spool.entry("p1").error == ""
    await spool.check("p1")


async def test_what_a_person_asked_for_again_is_known_until_aima_was_asked(start: Start) -> None:
    spool = await start()
    await spool.enqueue("p1", "a1", writing(SEALED))
    await spool.mark_refused("p1", "package-refused-by-aima")
    assert (await spool.try_again("p1")).insisted
    assert (await start()).entry("p1").insisted
    assert not (await spool.mark_sending("p1", "")).insisted


async def test_watchers_hear_of_every_change(start: Start) -> None:
    spool, heard = await start(), []
    spool.watch(lambda: heard.append([entry.state.value for entry in spool.entries()]))
    await spool.enqueue("p1", "a1", writing(SEALED))
    await through(spool, PackageState.SENDING, PackageState.SENT)
    assert heard == [["queued"], ["sending"], ["sent"]]


async def test_old_records_of_erased_packages_are_forgotten_others_kept(start: Start) -> None:
    spool = await start()
    await spool.enqueue("p1", "a1", writing(SEALED))
    await through(spool, PackageState.SENDING, PackageState.SENT, PackageState.RECEIPTED)
    await spool.erase("p1")
    await spool.enqueue("p2", "a2", writing(SEALED))
    await spool.forget_before("9999-01-01T00:00:00.000Z")
    assert [entry.package_id for entry in spool.entries()] == ["p2"]
    assert [entry.package_id for entry in (await start()).entries()] == ["p2"]


async def test_an_unknown_package_is_named(start: Start) -> None:
    with pytest.raises(StateError) as refused:
        (await start()).entry("nobody")
    assert refused.value.code == "package-unknown"


async def test_a_hold_that_comes_late_undoes_no_receipt(start: Start) -> None:
    """The inspection read a damaged file; meanwhile the package was receipted."""
    spool = await start()
    await spool.enqueue("p1", "a1", writing(SEALED))
    await through(spool, PackageState.SENDING, PackageState.SENT)
    await asyncio.to_thread(spool.path("p1").write_bytes, b"?" * len(SEALED))
    await asyncio.gather(spool.mark_receipted("p1", RECEIPT), spool.inspect())
    assert (spool.entry("p1").state, spool.entry("p1").receipt) == (PackageState.RECEIPTED, RECEIPT)
    assert (await start()).entry("p1").receipt == RECEIPT


async def test_changes_at_once_are_made_one_after_the_other(start: Start) -> None:
    spool = await start()
    await spool.enqueue("p1", "a1", writing(SEALED))
    results = await asyncio.gather(
        spool.mark_sending("p1", "/files/x"),
        spool.mark_sent("p1"),
        spool.mark_receipted("p1", RECEIPT),
        spool.mark_refused("p1", "late"),
        return_exceptions=True,
    )
    assert [isinstance(result, StateError) for result in results] == [False, False, False, True]
    entry = spool.entry("p1")
    assert (entry.state, entry.upload_url, entry.receipt) == (PackageState.RECEIPTED, "/files/x", RECEIPT)
    assert (await start()).entry("p1") == entry


async def test_a_held_package_goes_on_where_it_stood(start: Start) -> None:
    spool = await start()
    await spool.enqueue("p1", "a1", writing(SEALED))
    await through(spool, PackageState.SENDING)
    await spool.mark_refused("p1", "package-refused-by-aima")
    again = await spool.try_again("p1")
    assert (again.state, again.upload_url, again.error) == (PackageState.SENDING, "/files/x", "")


async def test_the_certificate_of_the_first_sending_is_kept(start: Start) -> None:
    spool = await start()
    await spool.enqueue("p1", "a1", writing(SEALED))
    await spool.mark_sending("p1", "", "first")
    await spool.mark_sending("p1", "/files/x", "second")
    assert (await start()).entry("p1").receipt_certificate == "first"


async def test_a_table_of_an_earlier_version_is_taken_over(database: Database, start: Start) -> None:
    def older(connection: Connection) -> None:
        connection.execute("ALTER TABLE spool DROP COLUMN receipt_certificate")
        row = ("p1", "a1", "sent", "0" * 64, 7, "2026-01-01T00:00:00.000Z")
        columns = "package_id, attendance_id, state, sha256, bytes, queued_at"
        connection.execute(f"INSERT INTO spool ({columns}) VALUES (?, ?, ?, ?, ?, ?)", row)  # noqa: S608 - a constant

    await database.run(older)
    entry = (await start()).entry("p1")
    assert (entry.state, entry.receipt_certificate) == (PackageState.SENT, "")


async def test_a_package_is_held_from_the_moment_it_is_queued(start: Start) -> None:
    spool = await start()
    assert not spool.holds("a1")
    await spool.enqueue("p1", "a1", writing(SEALED))
    assert (spool.holds("a1"), spool.holds("p1")) == (True, False)
    assert (await start()).holds("a1")


async def test_what_an_interrupted_sealing_left_is_discarded_and_what_is_queued_is_not(
    start: Start, tmp_path: Path
) -> None:
    spool = await start()
    await spool.enqueue("p1", "a1", writing(SEALED))
    (tmp_path / "spool" / "p2.p7m").write_bytes(SEALED)
    spool = await start()
    (tmp_path / "spool" / "p3.p7m").write_bytes(SEALED)  # its row could not be stored
    assert spool.orphans == 1
    for package_id in ("p1", "p2", "p3", "p4", "../p1"):
        await spool.discard(package_id)
    assert (spool.orphans, files(tmp_path / "spool")) == (0, ["p1.p7m"])
