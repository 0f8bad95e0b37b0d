"""The sealed files: written whole or not at all, looked into, set aside, erased. Blocking; the queue's thread calls it.

Each method raises DiskFull, StorageCorrupted or StateError, as `durable.private_file.named` says.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

import structlog

from appliance.durable.private_file import named, private_directory, sync_directory
from appliance.spool.entry import SpoolEntry

log = structlog.get_logger(__name__)

READ_BYTES = 1 << 20
_LOST = frozenset({errno.ENOENT, errno.EIO})
"""The file, or a sector of it, is gone for good."""
_SEALED, _UNFINISHED, _ORPHANS = ".p7m", ".unfinished", "orphans"


class Written(Protocol):
    """What a package's writer says of what it wrote."""

    @property
    def sha256(self) -> str: ...

    @property
    def bytes(self) -> int: ...


class SpoolFiles:
    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def path(self, package_id: str) -> Path:
        return self._directory / f"{package_id}{_SEALED}"

    def write(self, package_id: str, write: Callable[[BinaryIO], Written]) -> Written:
        """Written, synced, renamed, its directory synced. Raises what `write` raises too; then nothing is left."""
        unfinished = self._directory / f"{package_id}{_UNFINISHED}"
        try:
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as out:
                written = write(out)
                out.flush()
                os.fsync(out.fileno())
            unfinished.replace(self.path(package_id))
            sync_directory(self._directory)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise named(error, unfinished) from error
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        return written

    def sweep(self, known: set[str], live: set[str]) -> set[str]:
        """Throws away what is half-written or should be erased; sets aside what no row knows, and names it."""
        orphans = self._directory / _ORPHANS
        private_directory(orphans)
        private_directory(self._directory)
        try:
            for path in self._directory.iterdir():
                erased = path.suffix == _SEALED and path.stem in known - live
                if path.suffix == _UNFINISHED or erased:
                    self._unlink(path)
                elif path.suffix == _SEALED and path.stem not in live:
                    log.error("package-orphaned", package_id=path.stem)
                    path.replace(orphans / path.name)
                    sync_directory(orphans)
                    sync_directory(self._directory)
            return {path.stem for path in orphans.glob(f"*{_SEALED}")}
        except OSError as error:
            raise named(error, self._directory) from error

    def complete(self, entry: SpoolEntry) -> bool:
        """Whether the file is there in its full length."""
        path = self.path(entry.package_id)
        try:
            return path.stat().st_size == entry.bytes
        except FileNotFoundError:
            return False
        except OSError as error:
            raise named(error, path) from error

    def intact(self, entry: SpoolEntry) -> bool:
        """Whether the file is what was sealed, byte for byte. That it cannot be looked into now says nothing of it."""
        path, digest = self.path(entry.package_id), hashlib.sha256()
        try:
            with path.open("rb") as file:
                while chunk := file.read(READ_BYTES):
                    digest.update(chunk)
        except OSError as error:
            if error.errno in _LOST:
                return False
            raise named(error, path) from error
        return digest.hexdigest() == entry.sha256

    def erase(self, package_id: str) -> None:
        self._unlink(self.path(package_id))

    def erase_orphan(self, package_id: str) -> None:
        self._unlink(self._directory / _ORPHANS / f"{package_id}{_SEALED}")

    def _unlink(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
            sync_directory(path.parent)
        except OSError as error:
            raise named(error, path) from error
