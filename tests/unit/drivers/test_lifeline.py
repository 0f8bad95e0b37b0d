"""A process tied to its parent dies when that is killed, whatever it was doing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from drivers.lifeline import dying_with_us, exit_at_end_of

ROOT = Path(__file__).resolve().parents[3]

TIED = """
import os, subprocess, sys, time
from drivers.lifeline import die_with_parent, dying_with_us
if sys.argv[1] == "python":
    child = subprocess.Popen([sys.executable, "-c",
        f"import time; from drivers.lifeline import die_with_parent; die_with_parent({os.getpid()}); time.sleep(1000)"])
else:
    child = subprocess.Popen(dying_with_us(["sleep", "1000"]))
print(child.pid, flush=True)
time.sleep(1000)
"""


@pytest.mark.parametrize("kind", ["python", "foreign"])
def test_a_tied_process_dies_when_its_parent_is_killed(kind: str) -> None:
    parent = subprocess.Popen([sys.executable, "-c", TIED, kind], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        _wait_until_tied(child, kind)
        os.kill(parent.pid, signal.SIGKILL)
    assert _gone(child)


def test_a_process_whose_parent_is_already_another_leaves_at_once() -> None:
    code = "import os, time; from drivers.lifeline import die_with_parent; die_with_parent(1 << 22); time.sleep(1000)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=20, check=False).returncode == 113


def test_a_wrapped_command_keeps_its_output_and_its_status() -> None:
    done = subprocess.run(dying_with_us(["sh", "-c", "echo out; exit 7"]), capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (7, b"out\n")


def test_a_wrapped_command_that_does_not_exist_says_so_as_a_shell_would() -> None:
    done = subprocess.run(dying_with_us(["no-such-program"]), capture_output=True, check=False)
    assert done.returncode == 127
    assert b"no-such-program" in done.stderr


def test_the_end_of_a_pipe_is_noticed_and_what_comes_before_is_ignored() -> None:
    reading, writing = os.pipe()
    left = threading.Event()
    thread = exit_at_end_of(reading, left.set)
    os.write(writing, b"still here")
    assert not left.wait(0.05)
    os.close(writing)
    assert left.wait(10)
    thread.join(10)
    os.close(reading)


def _wait_until_tied(pid: int, kind: str) -> None:
    """The foreign one has become its command; the other sleeps after having been tied."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        asleep = b"nanosleep" in Path(f"/proc/{pid}/wchan").read_bytes() or _sleeping(pid)
        if asleep and (kind == "python" or command.startswith(b"sleep")):
            return
        time.sleep(0.02)
    pytest.fail("the process never came to rest")


def _sleeping(pid: int) -> bool:
    """In a call that sleeps for a time (230 is clock_nanosleep on x86-64, 115 on arm64)."""
    try:
        return Path(f"/proc/{pid}/syscall").read_text().split()[0] in ("230", "115")
    except (OSError, IndexError):
        return False


def _gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                return True
        except (OSError, IndexError):
            return True
        time.sleep(0.02)
    return False
