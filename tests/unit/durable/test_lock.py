"""One process a state folder; the kernel lets go of the lock when its holder dies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from appliance.durable.lock import InstanceLock
from appliance.errors import StateError, StateLocked

HOLD = """
import sys
from pathlib import Path
from appliance.durable.lock import InstanceLock
lock = InstanceLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_holder_is_refused_by_name_until_the_first_lets_go(tmp_path: Path) -> None:
    first, second = InstanceLock(tmp_path / "lock"), InstanceLock(tmp_path / "lock")
    first.acquire()
    with pytest.raises(StateLocked) as refused:
        second.acquire()
    assert refused.value.code == "state-locked"
    first.release()
    second.acquire()
    second.release()


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StateLocked):
            InstanceLock(tmp_path / "lock").acquire()
        holder.kill()
    lock = InstanceLock(tmp_path / "lock")
    lock.acquire()
    lock.release()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StateError) as refused:
        InstanceLock(tmp_path / "nowhere" / "lock").acquire()
    assert refused.value.code == "state-unwritable"
