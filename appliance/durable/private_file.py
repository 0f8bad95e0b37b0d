"""Small files that only their owner may read (keys, certificates, trust), replaced whole or not at all.

Write, sync, rename, sync the directory: after a power cut the old bytes are there or the new ones, never a mixture.
Blocking throughout: callers on the event loop hand these to their own thread.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from appliance.errors import DiskFull, StateError, StorageCorrupted


def write_private(path: Path, data: bytes) -> None:
    """Replace `path` by `data`, mode 0600. The directory must exist. Raises DiskFull, StateError."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise named(error, path) from error


def read_private(path: Path) -> bytes | None:
    """The file's bytes, or None when there is no such file. Raises StateError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise named(error, path) from error


def private_directory(path: Path) -> None:
    """Make `path` and the parents that it lacks, mode 0700, each durably; `path` itself is narrowed to 0700.

    Raises DiskFull, StateError.
    """
    try:
        for level in reversed([path, *path.parents]):
            if not level.is_dir():
                level.mkdir(mode=0o700, exist_ok=True)
                sync_directory(level.parent)
        path.chmod(0o700)
    except OSError as error:
        raise named(error, path) from error


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def named(error: OSError, path: Path) -> StateError:
    """The system's word for what a disk refused, as ours: DiskFull, StorageCorrupted `disk-faulty`, StateError."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull("The disk is full: free some space on the box; nothing that was acknowledged is lost.")
    if error.errno == errno.EIO:
        return StorageCorrupted(
            "The box's disk cannot be read or written: have it replaced before taking more attendances.",
            code="disk-faulty",
        )
    return StateError(
        f"{path.name} in the state directory cannot be read or written ({error.strerror}): check its owner and mode.",
        code="state-unusable",
    )
