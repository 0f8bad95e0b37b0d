"""What a state folder holds already. A database or key that is missing beside images or packages was lost, and making
a new one would destroy what only the lost one opens. Only looks; blocking: callers on the event loop use a thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from appliance.durable.private_file import named
from appliance.errors import StorageCorrupted

DATABASE, VAULT, SPOOL = "box.db", "vault", "spool"


def holds_data(state: Path) -> bool:
    """Whether anything there needs the storage key. Raises StateError, StorageCorrupted `disk-faulty`."""
    return _written(state / DATABASE) or _left_behind(state)


def require_database(state: Path) -> None:
    """A database, or nothing that one would know of.

    Raises StorageCorrupted `database-missing`, and as `holds_data`.
    """
    if not _written(state / DATABASE) and _left_behind(state):
        raise StorageCorrupted(
            "The box's database is missing although images or packages are on its disk: ask the field engineer to "
            "bring it back, and change nothing.",
            code="database-missing",
        )


def _left_behind(state: Path) -> bool:
    """Images, packages, or the log of a database that is itself gone (SQLite would throw it away)."""
    if _written(state / f"{DATABASE}-wal"):
        return True
    return any(_names(state / VAULT)) or any(path.suffix == ".p7m" for path in _names(state / SPOOL))


def _written(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
    except OSError as error:
        raise named(error, path) from error


def _names(folder: Path) -> Iterator[Path]:
    """Everything in it, however deep; nothing for a folder that is not there."""
    try:
        if folder.exists():
            yield from folder.rglob("*")
    except OSError as error:
        raise named(error, folder) from error
