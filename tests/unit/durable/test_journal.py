"""The journal: in order, conflict-free, readable by its key only, and gone when erased."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from appliance.durable import journal
from appliance.durable.database import Database
from appliance.durable.journal import Journal
from appliance.errors import StateError, StorageCorrupted

KEY = bytes(range(32))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "box.db", KEY, journal.SCHEMA)
    yield database
    await database.close()


async def test_events_come_back_in_order_after_reopening(database: Database, tmp_path: Path) -> None:
    events = Journal(database)
    for number in range(5):
        await events.append("a", number, f"event {number}".encode())
    second = await Database.open(tmp_path / "box.db", KEY, journal.SCHEMA)
    assert await Journal(second).read("a") == [f"event {number}".encode() for number in range(5)]
    await second.close()


async def test_of_two_writers_with_the_same_idea_of_the_past_one_is_refused(database: Database) -> None:
    events = Journal(database)
    results = await asyncio.gather(events.append("a", 0, b"one"), events.append("a", 0, b"two"), return_exceptions=True)
    assert [type(result) for result in results] == [type(None), StorageCorrupted]
    assert len(await events.read("a")) == 1


async def test_a_missing_event_is_noticed(database: Database) -> None:
    events = Journal(database)
    for number in range(3):
        await events.append("a", number, b"x")
    await database.run(lambda connection: connection.execute("DELETE FROM journal WHERE sequence = 1").fetchall())
    with pytest.raises(StorageCorrupted) as refused:
        await events.read("a")
    assert refused.value.code == "journal-gap"


async def test_erasing_one_stream_leaves_the_others(database: Database) -> None:
    events = Journal(database)
    await events.append("a", 0, b"x")
    await events.append("b", 0, b"y")
    await events.erase("a")
    await events.erase("a")
    assert await events.streams() == ["b"]


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def half(connection: object) -> None:
        connection.execute("INSERT INTO journal VALUES ('a', 0, x'00')")  # type: ignore[attr-defined] # DB-API
        raise StorageCorrupted("on purpose")

    with pytest.raises(StorageCorrupted):
        await database.run(half)
    assert await Journal(database).streams() == []


@pytest.mark.parametrize("damage", ["key", "bytes", "cut"])
async def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "box.db"
    first = await Database.open(path, KEY, journal.SCHEMA)
    await Journal(first).append("a", 0, b"x" * 10_000)
    await first.close()
    if damage == "bytes":
        await asyncio.to_thread(path.write_bytes, b"not a database" * 1000)
    if damage == "cut":
        await asyncio.to_thread(os.truncate, path, 700)
    with pytest.raises(StorageCorrupted) as refused:
        await Database.open(path, bytes(32) if damage == "key" else KEY, journal.SCHEMA)
    assert refused.value.code == "database-unreadable"


async def test_a_database_that_somebody_else_holds_is_named(tmp_path: Path) -> None:
    path = tmp_path / "box.db"
    ours = await Database.open(path, KEY, journal.SCHEMA)
    other = await Database.open(path, KEY, ())

    def impatient(connection: object) -> None:
        connection.execute("PRAGMA busy_timeout = 1").fetchall()  # type: ignore[attr-defined] # DB-API

    await ours.run(impatient)
    held, let_go = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        held.set()
        let_go.wait(60)

    holding = asyncio.create_task(other.run(hold))
    await asyncio.to_thread(held.wait, 60)
    try:
        with pytest.raises(StateError) as refused:
            await Journal(ours).append("a", 0, b"x")
        assert refused.value.code == "database-in-use"
    finally:
        let_go.set()
        await holding
    await Journal(ours).append("a", 0, b"x")
    await other.close()
    await ours.close()


@pytest.mark.parametrize("what", ["read-only", "a folder"])
async def test_a_database_that_may_not_be_written_is_named(tmp_path: Path, what: str) -> None:
    path = tmp_path / "box.db"
    if what == "a folder":
        path.mkdir()
        with pytest.raises(StateError) as refused:
            await Database.open(path, KEY, journal.SCHEMA)
    else:
        database = await Database.open(path, KEY, journal.SCHEMA)

        def read_only(connection: object) -> None:
            connection.execute("PRAGMA query_only = ON").fetchall()  # type: ignore[attr-defined] # DB-API

        await database.run(read_only)
        with pytest.raises(StateError) as refused:
            await Journal(database).append("a", 0, b"x")
        await database.close()
    assert refused.value.code == "database-unwritable"
