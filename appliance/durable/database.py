"""One encrypted SQLite file (SQLCipher) and the one thread that owns it.

WAL with `synchronous=FULL`: what a transaction says is durable when `run` returns. `secure_delete` overwrites what is
deleted. Tables belong to the rooms that use them; each passes its own schema.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlcipher3 import dbapi2 as sqlcipher

from appliance.durable.private_file import named
from appliance.errors import DiskFull, KioskError, StateError, StorageCorrupted

T = TypeVar("T")
Connection = Any
"""A `sqlcipher3` connection: the DB-API of Python's own sqlite3 (PEP 249)."""

_FULL, _IO_ERROR = 13, 10
_IN_USE = frozenset({5, 6})
_NOT_ALLOWED = frozenset({3, 8, 14, 23})
_PRIMARY = 0xFF
"""SQLite's FULL and IOERR; BUSY and LOCKED; PERM, READONLY, CANTOPEN and AUTH; and the bits of an extended result code
that hold the primary one."""


class Database:
    """Made by `open`; every access goes through `run`, one at a time, each in a transaction of its own."""

    def __init__(self, connection: Connection, worker: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._worker = worker

    @classmethod
    async def open(cls, path: Path, key: bytes, schema: tuple[str, ...]) -> Database:
        """Opens or makes the file. `schema` are idempotent statements (`CREATE TABLE IF NOT EXISTS …`).

        Raises StorageCorrupted `database-unreadable` for a damaged file or another key, StateError
        `database-in-use`, `database-unwritable`, DiskFull.
        """
        worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        try:
            connection = await asyncio.get_running_loop().run_in_executor(worker, lambda: _connect(path, key, schema))
        except BaseException:
            worker.shutdown(wait=False)
            raise
        return cls(connection, worker)

    async def run(self, work: Callable[[Connection], T]) -> T:
        """`work` in the owning thread and in one transaction: committed durably, or as if it had not been.

        A cancelled caller does not interrupt it. Raises what `work` raises, DiskFull, StorageCorrupted, StateError.
        """
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._worker, lambda: self._transaction(work)))

    async def checkpoint(self) -> None:
        """Empties the write-ahead log, so that what was deleted is in no file any more. Raises as `run` does."""

        def empty() -> None:
            try:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            except sqlcipher.Error as error:
                raise _named(error) from error

        await asyncio.get_running_loop().run_in_executor(self._worker, empty)

    async def close(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._worker, self._connection.close)
        await asyncio.to_thread(self._worker.shutdown, wait=True)

    def _transaction(self, work: Callable[[Connection], T]) -> T:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except sqlcipher.Error as error:
            raise _named(error) from error
        return result


def _connect(path: Path, key: bytes, schema: tuple[str, ...]) -> Connection:
    try:
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise named(error, path) from error
    try:
        connection = sqlcipher.connect(str(path), isolation_level=None, check_same_thread=False)
    except sqlcipher.Error as error:
        raise _named(error) from error
    try:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON").fetchall()
        connection.execute("PRAGMA foreign_keys = ON")
        for statement in schema:
            connection.execute(statement)
    except sqlcipher.Error as error:
        connection.close()
        raise _named(error) from error
    return connection


def _named(error: Exception) -> KioskError:
    primary = (getattr(error, "sqlite_errorcode", None) or 0) & _PRIMARY
    if primary == _FULL:
        return DiskFull("The disk is full: free some space, nothing that was acknowledged is lost.")
    if primary == _IO_ERROR:
        return StorageCorrupted(
            "The box's disk cannot be read or written: have it looked at before taking more attendances.",
            code="disk-faulty",
        )
    if primary in _IN_USE:
        return StateError(
            "Another program is using the box's database: end it, then try again.", code="database-in-use"
        )
    if primary in _NOT_ALLOWED:
        return StateError(
            "The box's database cannot be opened or written: check its owner and mode.", code="database-unwritable"
        )
    return StorageCorrupted(
        "The box's database cannot be read: ask the field engineer, and change nothing.", code="database-unreadable"
    )
