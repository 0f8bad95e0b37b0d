"""One process a state folder: an advisory lock that the kernel lets go of when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from appliance.errors import StateError, StateLocked


class InstanceLock:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Raises StateLocked when another process holds it, StateError `state-unwritable`."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StateError("The state folder cannot be written to.", code="state-unwritable") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise StateLocked("Another kiosk or sandbox is using this state folder.") from error
        self._descriptor = descriptor

    def release(self) -> None:
        """The file stays: removing it would let two holders lock two files of the same name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
