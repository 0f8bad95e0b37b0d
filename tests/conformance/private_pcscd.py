"""Debian's pcscd with vsmartcard's virtual reader, for one test: its own socket, its own port, gone afterwards.

pcscd's socket has one place on a machine (/run/pcscd). Ours sees a /run of its own (mount namespace), so that one which
runs already is neither disturbed nor used; where namespaces are not allowed the test is skipped, with the reason.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import msgspec
import pytest

_PCSCD = shutil.which("pcscd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
_STARTS_S = 20.0
_READERS = """FRIENDLYNAME "Virtual PCD"
DEVICENAME /dev/null:{port:#x}
LIBPATH {driver}
CHANNELID {port:#x}
"""
_PRIVATE_RUN = 'mount -t tmpfs none /run && mkdir /run/pcscd && mount --bind "$0" /run/pcscd && exec "$@"'


class PrivatePcscd(msgspec.Struct, frozen=True, kw_only=True):
    """`ports` are those of its readers, in the order in which it names them."""

    socket: str
    ports: tuple[int, int]
    pid: int

    def end(self) -> None:
        os.killpg(self.pid, signal.SIGKILL)


@contextmanager
def private_pcscd() -> Iterator[PrivatePcscd]:
    """Skips the test where there is none."""
    _skip_unless_possible()
    # A socket's path is short: not under the test's own directory.
    with tempfile.TemporaryDirectory(prefix="pcscd-") as name:
        folder = Path(name)
        ports = _free_ports()
        (folder / "run").mkdir()
        (folder / "readers").mkdir()
        (folder / "readers" / "vpcd").write_text(_READERS.format(port=ports[0], driver=_DRIVER))
        path = folder / "run" / "pcscd.comm"
        process = subprocess.Popen(
            [
                *(*_unshare(), "sh", "-c", _PRIVATE_RUN, str(folder / "run")),
                *(str(_PCSCD), "--foreground", "--config", str(folder / "readers")),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _wait_for(path, process)
            yield PrivatePcscd(socket=str(path), ports=ports, pid=process.pid)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@cache
def _unshare() -> tuple[str, ...]:
    """Makes a mount namespace, as root or as the root of a user namespace of one's own; empty where neither works."""
    for command in (("unshare", "--mount"), ("unshare", "--map-root-user", "--mount")):
        tried = subprocess.run(
            [*command, "mount", "-t", "tmpfs", "none", "/run"], capture_output=True, timeout=20, check=False
        )
        if tried.returncode == 0:
            return command
    return ()


def _skip_unless_possible() -> None:
    pyscard = ["/usr/bin/python3", "-s", "-c", "from smartcard import scard"]
    if _PCSCD is None or not _DRIVER.exists():
        pytest.skip("needs the system packages pcscd and vsmartcard-vpcd")
    if subprocess.run(pyscard, capture_output=True, timeout=20, check=False).returncode != 0:
        pytest.skip("needs the system package python3-pyscard")
    if not _unshare():
        pytest.skip("needs a mount namespace for a pcscd of its own")


def _free_ports() -> tuple[int, int]:
    """Two neighbours, as vsmartcard numbers its readers; below those that Linux gives to outgoing connections, one of
    which would take a port between this look and pcscd's start."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("", port))
                second.bind(("", port + 1))
            except OSError:
                continue
            return port, port + 1


def _wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _STARTS_S
    while not path.exists():
        assert process.poll() is None, "pcscd ended"
        assert time.monotonic() < deadline, "pcscd did not start"
        time.sleep(0.02)
