"""When the daemon is killed outright, its driver hosts and what they started are gone too, whatever they were doing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

DAEMON = """
import asyncio, sys
import msgspec
from appliance.devices.hosted_device import HostedDevice
from appliance.devices.link import HostCommand
from drivers.contracts import Contract, FingerprintRequest
from drivers.profiles import load_profiles

async def main():
    profile = msgspec.structs.replace(load_profiles()["simulated-fingerprint"], resolution_ppi=None)
    command = HostCommand(contract=Contract.FINGERPRINT_READER, factory="tests.unit.devices.misbehaving:create")
    options = {"capture": sys.argv[1], "device": sys.argv[2]}
    device = HostedDevice("d", profile, options, command=command)
    device.start()
    await device.wait_ready()
    print(device.status().host_pid, flush=True)
    async with device.frames(FingerprintRequest(timeout_s=1000)) as frames:
        async for frame in frames:
            pass

asyncio.run(main())
"""


@pytest.mark.parametrize("doing", ["wait", "hang", "child"])
def test_nothing_outlives_a_killed_daemon(doing: str, tmp_path: Path) -> None:
    note = tmp_path / "child"
    arguments = [sys.executable, "-c", DAEMON, doing, str(note)]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
        assert daemon.stdout is not None
        pids = [int(next(line for line in daemon.stdout if line.strip().isdigit()))]
        if doing == "child":
            _wait(lambda: note.exists() and note.read_text() != "")
            pids.append(int(note.read_text()))
        daemon.kill()
    assert _wait(lambda: not any(_runs(pid) for pid in pids))


def _wait(holds: Callable[[], bool], limit_s: float = 5.0) -> bool:
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return False


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (OSError, IndexError):
        return False
