"""Running `scanimage`: never through a shell, never longer than allowed, gone within a second when told to stop.

Not responsible for its arguments (`driver`) nor for what its exit means (`status`).
"""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import Final

from drivers.errors import DeviceFault, DeviceNotFound, DeviceTimedOut
from drivers.lifeline import dying_with_us
from drivers.sane.local_configuration import local_configuration

PROGRAM: Final = "scanimage"
READ_WAIT_S: Final = 0.2
_NOT_STARTED: Final = "The system could not start the scanner's program: restart the appliance."
_READ_BYTES: Final = 1 << 18
_COMPLAINT_BYTES: Final = 4096
_ORDERLY_S: Final = 0.4
"""`scanimage` parks the scanner's head on SIGTERM; after that long it is killed."""


def environment(config_dir: str) -> dict[str, str]:
    """Ours, in the C locale (its messages are read), with SANE's configuration elsewhere where one is named.

    The system's own is taken without what would look around on the network.
    """
    directory = config_dir or local_configuration()
    return {**os.environ, "LC_ALL": "C"} | ({"SANE_CONFIG_DIR": directory} if directory else {})


def _command(arguments: Sequence[str]) -> list[str]:
    program = shutil.which(PROGRAM)
    if program is None:
        raise DeviceNotFound("The system's scanner program (scanimage) is not installed: ask the field engineer.")
    return dying_with_us([program, *arguments])


def run_briefly(arguments: Sequence[str], env: Mapping[str, str], timeout_s: float) -> tuple[int, str, str]:
    """(exit status, stdout, stderr) of a run that only asks. DeviceTimedOut when it does not end."""
    try:
        done = subprocess.run(
            _command(arguments),
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DeviceTimedOut from None
    except OSError as failure:
        raise DeviceFault(_NOT_STARTED) from failure
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


class ScanProcess:
    """One run of `scanimage` that scans. `stdout_fd` is where it writes when it is not told otherwise."""

    def __init__(self, arguments: Sequence[str], env: Mapping[str, str]) -> None:
        try:
            self._process = subprocess.Popen(
                _command(arguments),
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                bufsize=0,
            )
        except OSError as failure:
            raise DeviceFault(_NOT_STARTED) from failure
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self.stdout_fd = self._process.stdout.fileno()
        self._stderr_fd = self._process.stderr.fileno()
        for fd in (self.stdout_fd, self._stderr_fd):
            os.set_blocking(fd, False)
        self._complaint = b""

    @property
    def complaint(self) -> str:
        """The end of what it wrote on stderr."""
        return self._complaint.decode(errors="replace")

    def read(self, fd: int) -> bytes | None:
        """What `fd` has; empty at its end; None when nothing came within a short wait. Keeps stderr flowing."""
        with selectors.DefaultSelector() as selector:
            selector.register(fd, selectors.EVENT_READ)
            selector.register(self._stderr_fd, selectors.EVENT_READ)
            ready = {key.fd for key, _ in selector.select(READ_WAIT_S)}
        if self._stderr_fd in ready and not self._hear() and fd not in ready:
            self._wait(READ_WAIT_S)  # its stderr is closed and stays "ready": do not spin
        return os.read(fd, _READ_BYTES) if fd in ready else None

    def exit_status(self, wait_s: float = 0.0) -> int | None:
        """None while it runs. Afterwards `complaint` is complete; before, it is what came so far."""
        self._wait(wait_s)
        while self._hear():
            pass
        return self._process.returncode

    def end(self) -> None:
        """Gone when this returns, whatever it was doing. May be called twice."""
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)
            self._wait(_ORDERLY_S)
        # What it started itself goes with it.
        self._signal(signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _wait(self, wait_s: float) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(wait_s)

    def _hear(self) -> bool:
        with contextlib.suppress(BlockingIOError):
            heard = os.read(self._stderr_fd, _READ_BYTES)
            self._complaint = (self._complaint + heard)[-_COMPLAINT_BYTES:]
            return bool(heard)
        return False
