"""The sandbox as a process: two side by side, ended in every way, and nothing of it left on the machine."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from appliance.sandbox.once import AREAS
from appliance.sandbox.technician import RobotTechnician
from tests.workflow.post import APPLICANT, COMMAND, PATIENCE_S, all_gone, descendants, end, first_line, wait_for

NOTHING_LEFT_AFTER_S = 5.0
"""The contract's own."""

DAEMON, STAND_IN, HOSTS = 1, 1, 3


@dataclass
class Sandbox:
    process: subprocess.Popen[bytes]
    said: dict[str, Any]

    @property
    def children(self) -> set[int]:
        """The stand-in AIMA, the daemon and its driver hosts, once they all run."""
        pid, all_of_them = self.process.pid, DAEMON + STAND_IN + HOSTS
        found: set[int] = wait_for(lambda: len(pids := descendants(pid)) >= all_of_them and pids, "every process")
        return found

    @property
    def daemon(self) -> int:
        return next(pid for pid in self.children if b"run" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"))


@contextlib.contextmanager
def sandbox(directory: Path, *arguments: str) -> Iterator[Sandbox]:
    with (directory / "sandbox.log").open("ab") as log:
        process = subprocess.Popen(
            [*COMMAND, "sandbox", "--json", *arguments],
            stdout=subprocess.PIPE,
            stderr=log,
            # So that a temporary folder that is left behind can be seen.
            env=os.environ | {"TMPDIR": str(directory)},
        )
    assert process.stdout is not None
    try:
        line = first_line(process.stdout)
        assert line, (directory / "sandbox.log").read_text()
        yield Sandbox(process, json.loads(line))
    finally:
        end(process)


def nothing_left(children: set[int], before: set[str]) -> None:
    began = time.monotonic()
    while not (all_gone(children) and _shared_memory() <= before):
        assert time.monotonic() - began < NOTHING_LEFT_AFTER_S
        time.sleep(0.05)


def _shared_memory() -> set[str]:
    folder = Path("/dev/shm")  # noqa: S108 (looked at, never written)
    return {entry.name for entry in folder.iterdir() if "chromium" not in entry.name} if folder.is_dir() else set()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ended_by_hand_it_ends_well_and_leaves_nothing(tmp_path: Path, how: signal.Signals) -> None:
    before = _shared_memory()
    with sandbox(tmp_path) as running:
        children = running.children
        running.process.send_signal(how)
        assert running.process.wait(PATIENCE_S) == 0
    nothing_left(children, before)
    assert not list(tmp_path.glob("claim-kiosk-sandbox-*"))


def test_killed_it_leaves_no_process_and_no_shared_memory(tmp_path: Path) -> None:
    before = _shared_memory()
    with sandbox(tmp_path) as running:
        children = running.children
        running.process.kill()
        running.process.wait(PATIENCE_S)
    nothing_left(children, before)
    (left,) = tmp_path.glob("claim-kiosk-sandbox-*")
    with sandbox(tmp_path) as running:
        assert not left.exists()
        assert running.children
    assert not list(tmp_path.glob("claim-kiosk-sandbox-*"))


def test_a_daemon_that_ends_by_itself_ends_the_sandbox_by_name(tmp_path: Path) -> None:
    with sandbox(tmp_path, "--state", str(tmp_path / "state")) as running:
        children = running.children
        os.kill(running.daemon, signal.SIGKILL)
        assert running.process.wait(PATIENCE_S) == 14
    last = json.loads((tmp_path / "sandbox.log").read_text().splitlines()[-1])
    assert last["error"] == "daemon-ended"
    assert "SIGKILL" in last["sentence"]
    assert all_gone(children)


async def test_two_run_side_by_side_and_each_keeps_to_itself(tmp_path: Path) -> None:
    states = [tmp_path / "one", tmp_path / "other"]
    with sandbox(tmp_path, "--state", str(states[0])) as one, sandbox(tmp_path, "--state", str(states[1])) as other:
        assert one.said["url"] != other.said["url"]
        for running, state in zip((one, other), states, strict=True):
            async with RobotTechnician(running.said["url"], lambda _: None) as technician:
                await technician.log_in(running.said["technician_id"], running.said["password"])
                attendance_id = await technician.open("one-finger", AREAS)
                view = await technician.take(attendance_id, APPLICANT, "pt")
                assert [row["attendance_id"] for row in await technician.queue()] == [attendance_id]
            received = state / "aima" / "received" / view["package_id"] / "receipt.json"
            wait_for(received.exists, "the package at the sandbox's own AIMA")


def test_a_state_that_is_in_use_is_refused_and_one_that_was_used_goes_on(tmp_path: Path) -> None:
    state = tmp_path / "state"
    once = [*COMMAND, "sandbox", "--once", "--json", "--state", str(state)]
    with sandbox(tmp_path, "--state", str(state)):
        second = subprocess.run(once, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (second.returncode, second.stdout) == (4, "")
    assert json.loads(second.stderr.splitlines()[-1])["error"] == "state-locked"

    (state / "kiosk" / "time-floor").write_bytes(b"\xff")
    damaged = subprocess.run(once, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (damaged.returncode, damaged.stdout) == (14, "")
    error = json.loads(damaged.stderr.splitlines()[-1])
    assert error["error"] == "sandbox-not-started"
    assert "time-floor-damaged" in error["sentence"]
    assert "Unknown child" not in damaged.stderr

    (state / "kiosk" / "time-floor").unlink()
    again = subprocess.run(once, capture_output=True, text=True, timeout=3 * PATIENCE_S, check=False)
    assert again.returncode == 0, again.stderr
