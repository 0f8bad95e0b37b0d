"""Temporary folders of sandboxes that were killed: their keys and demonstration data are removed at the next start.

A sandbox holds its folder's lock for as long as it lives, and the kernel lets go of it however it dies. Folders are
made and swept one process at a time, so that none is taken away between being made and being locked.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from appliance.durable.lock import InstanceLock
from appliance.errors import StateError
from appliance.sandbox.presence import runtime_directory

PREFIX = "claim-kiosk-sandbox-"
LOCK = "lock"
_TURN = "temporary-folders.lock"
_UNLOCKED_FOR_S = 60.0
"""A folder without a lock is left alone for so long: somebody with another runtime directory may be making it."""


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """This user's turn to make or sweep temporary folders. Blocking. Raises StateError."""
    descriptor = os.open(runtime_directory() / _TURN, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def sweep() -> None:
    """Removes every temporary folder of this user's whose sandbox has ended. Blocking; what cannot be removed stays."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            known = folder.lstat()
            if folder.is_symlink() or not folder.is_dir() or known.st_uid != os.getuid():
                continue
            if (folder / LOCK).exists():
                _remove_unless_held(folder)
            elif time.time() - known.st_mtime > _UNLOCKED_FOR_S:
                shutil.rmtree(folder, ignore_errors=True)


def _remove_unless_held(folder: Path) -> None:
    locks = [InstanceLock(path) for path in (folder / LOCK, folder / "kiosk" / LOCK) if path.exists()]
    try:
        # The daemon outlives a killed sandbox by a moment, and holds its own.
        for lock in locks:
            lock.acquire()
        shutil.rmtree(folder, ignore_errors=True)
    except StateError:
        return
    finally:
        for lock in locks:
            lock.release()
