"""The queue's rows in the encrypted database. What a row may become is `states.py`, what it means `entry.py`."""

from __future__ import annotations

from collections.abc import Sequence

from appliance.durable.database import Connection, Database
from appliance.spool.entry import ADDED_COLUMNS, COLUMNS, SpoolEntry

_NAMES = ", ".join(COLUMNS)
_MARKS = ", ".join("?" * len(COLUMNS))
_CHANGES = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "package_id")


class SpoolTable:
    """Every method is durable, or has happened wholly not, when it returns. Each raises DiskFull, StorageCorrupted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> list[SpoolEntry]:
        """Oldest first. A table that an earlier version made gets the columns that it lacks."""

        def select(connection: Connection) -> list[SpoolEntry]:
            there = {row[1] for row in connection.execute("PRAGMA table_info(spool)").fetchall()}
            for name, declaration in ADDED_COLUMNS.items():
                if name not in there:
                    connection.execute(f"ALTER TABLE spool ADD COLUMN {name} {declaration}")
            rows = connection.execute(f"SELECT {_NAMES} FROM spool ORDER BY queued_at, package_id").fetchall()  # noqa: S608 - constants
            return [SpoolEntry.from_row(row) for row in rows]

        return await self._database.run(select)

    async def save(self, entry: SpoolEntry) -> None:
        def upsert(connection: Connection) -> None:
            # Not OR REPLACE: another package of the same attendance must fail here, not make way.
            values = f"INSERT INTO spool ({_NAMES}) VALUES ({_MARKS})"  # noqa: S608 - constants
            connection.execute(f"{values} ON CONFLICT (package_id) DO UPDATE SET {_CHANGES}", entry.to_row())

        await self._database.run(upsert)

    async def forget(self, package_ids: Sequence[str]) -> None:
        def delete(connection: Connection) -> None:
            connection.executemany("DELETE FROM spool WHERE package_id = ?", [(one,) for one in package_ids])

        await self._database.run(delete)
