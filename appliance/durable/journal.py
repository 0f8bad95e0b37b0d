"""Append-only event logs, one a stream, in the encrypted database. What the events mean is their owner's to say."""

from __future__ import annotations

from appliance.durable.database import Connection, Database
from appliance.errors import StorageCorrupted

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS journal (
        stream_id TEXT NOT NULL, sequence INTEGER NOT NULL, payload BLOB NOT NULL,
        PRIMARY KEY (stream_id, sequence)) WITHOUT ROWID""",
)


class Journal:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, stream_id: str, expected_sequence: int, payload: bytes) -> None:
        """Durable when it returns. Raises StorageCorrupted `journal-conflict` when the stream is not that long."""

        def insert(connection: Connection) -> None:
            row = connection.execute("SELECT COUNT(*) FROM journal WHERE stream_id = ?", (stream_id,)).fetchone()
            if row[0] != expected_sequence:
                raise StorageCorrupted(
                    "An attendance was changed by something else: open it again.", code="journal-conflict"
                )
            connection.execute("INSERT INTO journal VALUES (?, ?, ?)", (stream_id, expected_sequence, payload))

        await self._database.run(insert)

    async def read(self, stream_id: str) -> list[bytes]:
        """All payloads in order. Raises StorageCorrupted `journal-gap` when one is missing."""

        def select(connection: Connection) -> list[tuple[int, bytes]]:
            query = "SELECT sequence, payload FROM journal WHERE stream_id = ? ORDER BY sequence"
            return list(connection.execute(query, (stream_id,)).fetchall())

        rows = await self._database.run(select)
        if [row[0] for row in rows] != list(range(len(rows))):
            raise StorageCorrupted("A part of an attendance's journal is missing.", code="journal-gap")
        return [bytes(row[1]) for row in rows]

    async def streams(self) -> list[str]:
        def select(connection: Connection) -> list[str]:
            rows = connection.execute("SELECT DISTINCT stream_id FROM journal ORDER BY stream_id").fetchall()
            return [str(row[0]) for row in rows]

        return await self._database.run(select)

    async def erase(self, stream_id: str) -> None:
        """Gone from the database and from its write-ahead log when it returns; erasing twice is as good as once."""

        def delete(connection: Connection) -> None:
            connection.execute("DELETE FROM journal WHERE stream_id = ?", (stream_id,))

        await self._database.run(delete)
        await self._database.checkpoint()
