"""A driver's helper: a process on the system's own Python, where Debian's bindings live that no environment can hold.

Responsible for starting it, for the talk with it and for its end; it dies with us. Not for what is said
(`system_wire` has the bytes, each driver its own commands).
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from drivers.contracts import Stop
from drivers.errors import (
    CaptureCancelled,
    DeviceAccessDenied,
    DeviceNotFound,
    DeviceProtocolError,
    DeviceTimedOut,
    DriverError,
    error_from_code,
)
from drivers.lifeline import dying_with_us
from drivers.transport.system_wire import Reader, WireError, to_bytes

Reason = Callable[[], DriverError]

_READ_BYTES: Final = 1 << 18
_WAIT_S: Final = 0.1
_LAST_BREATH_S: Final = 0.5
_CANNOT_RUN: Final = (1, 126, 127)
"""Exit statuses: Python's when a module cannot be imported; those of a command that cannot be run, or is not there."""
_ROOT: Final = Path(__file__).resolve().parents[2]


class SystemProcess:
    """Runs when it is made, until `end`. `missing` is why it cannot run here, `ended` why it is gone unasked.

    `denied` is what to do where the system does not let this user use the device. `environment` is laid over ours.
    """

    def __init__(
        self,
        python: str,
        module: str,
        *,
        missing: Reason,
        ended: Reason,
        denied: str,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._missing, self._ended, self._denied = missing, ended, denied
        command = dying_with_us([python, "-s", "-m", module])
        # Its own Python must not find our packages; what its libraries complain about at length is nobody's to keep.
        env = os.environ | {"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"} | dict(environment)
        try:
            self._process = subprocess.Popen(
                command,
                env=env,
                cwd="/",
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                bufsize=0,
            )
        except OSError as failure:
            raise DeviceNotFound from failure
        self._reader = Reader()
        self._waiting: list[tuple[dict[str, Any], bytes]] = []

    def say(self, message: dict[str, Any], raw: bytes = b"") -> None:
        """Send a command. Raises the reason why the helper is gone."""
        assert self._process.stdin is not None
        data = memoryview(to_bytes(message, raw))
        try:
            while data:
                data = data[self._process.stdin.write(data) or 0 :]
        except OSError as failure:
            raise self._reason() from failure

    def hear(
        self, event: str, deadline: float, stop: Stop | None, also: Collection[str] = ()
    ) -> tuple[dict[str, Any], bytes]:
        """The next message, which must be `event` or one of `also`; a failure as its typed error.

        `deadline` is on the monotonic clock. Raises DeviceTimedOut past it, CaptureCancelled on stop.
        """
        while not self._waiting:
            if stop is not None and stop.is_set():
                raise CaptureCancelled
            if time.monotonic() >= deadline:
                raise DeviceTimedOut
            self._receive()
        message, raw = self._waiting.pop(0)
        if message.get("event") == "failed":
            code = str(message.get("code"))
            raise error_from_code(code, self._denied if code == DeviceAccessDenied.code else None)
        if message.get("event") not in (event, *also):
            raise DeviceProtocolError
        return message, raw

    def end(self) -> None:
        """Gone when this returns."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _receive(self) -> None:
        assert self._process.stdout is not None
        fd = self._process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(fd, selectors.EVENT_READ)
            if not selector.select(_WAIT_S):
                return
        data = os.read(fd, _READ_BYTES)
        if not data:
            raise self._reason()
        try:
            self._waiting += self._reader.feed(data)
        except WireError as failure:
            raise DeviceProtocolError from failure

    def _reason(self) -> DriverError:
        """Why the helper is gone: it could not run or import its library, or the library took it down."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self._process.wait(_LAST_BREATH_S) in _CANNOT_RUN:
                return self._missing()
        return self._ended()
