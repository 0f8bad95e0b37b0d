"""No test may leave a child process or an entry under /dev/shm.

Children of fixtures with a wider scope are there before the test and are not counted. Processes whose parent has
gone (a driver host whose daemon was killed, say) are found at the end of each file by a mark in their environment.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

_MARK = "CLAIM_KIOSK_TEST_RUN"
_GRACE_S = 3.0
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (looked at, never written)
# Python's own tracker lives as long as the interpreter that started it; Chromium's entries belong to whoever runs one.
_OWN_TRACKER = b"multiprocessing.resource_tracker"
_CHROMIUM = (".org.chromium.", ".com.google.Chrome.")


def _parent_of(pid: str) -> int | None:
    """The parent of a living process; None when it is gone or only waits to be collected."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[:2]
    except (OSError, ValueError):
        return None
    return None if state in b"ZX" else int(parent)


def _command_line(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").strip()
    return b""


def _children() -> set[int]:
    me = os.getpid()
    return {int(pid) for pid in os.listdir("/proc") if pid.isdigit() and _parent_of(pid) == me}  # noqa: PTH208 (fast)


def _orphans() -> set[int]:
    """Processes that carry this run's mark and whose parent is no longer there."""
    mark = f"{_MARK}={os.environ[_MARK]}".encode()
    found = set()
    for pid in os.listdir("/proc"):  # noqa: PTH208 (fast)
        with contextlib.suppress(OSError):
            if pid.isdigit() and mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                parent = _parent_of(pid)
                if parent is not None and (parent == 1 or not Path(f"/proc/{parent}").exists()):
                    found.add(int(pid))
    return found


def _end(pids: set[int]) -> str:
    """Kill what was left so that the next test starts clean, and name it."""
    names = [f"{pid} ({_command_line(pid).decode(errors='replace')})" for pid in sorted(pids)]
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return ", ".join(names)


def _shared_memory_entries() -> set[str]:
    try:
        return {name for name in os.listdir(_SHARED_MEMORY) if not name.startswith(_CHROMIUM)}  # noqa: PTH208 (fast)
    except FileNotFoundError:
        return set()


@pytest.fixture(scope="session", autouse=True)
def _mark_our_processes() -> Iterator[None]:
    os.environ[_MARK] = str(os.getpid())
    yield
    del os.environ[_MARK]


@pytest.fixture(autouse=True)
def _no_process_left() -> Iterator[None]:
    children, entries = _children(), _shared_memory_entries()
    yield
    stray = _stray(children)
    if stray:
        pytest.fail("processes were left running: " + _end(stray), pytrace=False)
    left = _shared_memory_entries() - entries
    if left:
        pytest.fail("shared memory was left: " + ", ".join(sorted(left)), pytrace=False)


def _stray(before: set[int]) -> set[int]:
    deadline = time.monotonic() + _GRACE_S
    while True:
        stray = {pid for pid in _children() - before if _OWN_TRACKER not in _command_line(pid)}
        if not stray or time.monotonic() > deadline:
            return stray
        time.sleep(0.02)


@pytest.fixture(scope="module", autouse=True)
def _no_orphan_left(_mark_our_processes: None) -> Iterator[None]:
    before = _orphans()
    yield
    deadline = time.monotonic() + _GRACE_S
    while (orphans := _orphans() - before) and time.monotonic() < deadline:
        time.sleep(0.1)
    if orphans:
        pytest.fail("orphaned processes were left running: " + _end(orphans), pytrace=False)
