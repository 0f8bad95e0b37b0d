"""The daemon at work: time to ready and to stop, memory of it and of each driver host, the event loop's longest block.

A sandbox takes one whole attendance while memory is sampled; then its daemon is started again by itself, as systemd
would start it, with a notification socket. Times are held against our own goals, memory against an idle interpreter.

    python -m tests.bench daemon
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import aiohttp

from appliance.errors import ServiceError
from appliance.sandbox.once import APPLICANT, AREAS, PLAN
from appliance.sandbox.technician import RobotTechnician
from tests.bench.processes import descendants, pss_mib
from tests.bench.row import Row

GOAL_READY_S = 2.0
GOAL_STOP_S = 5.0
GOAL_BLOCK_MS = 50.0
BARE_DAEMON = "import asyncio, ssl, aiohttp, cryptography.x509, cv2, jinja2, msgspec, numpy, sqlcipher3, structlog, tuf"
BARE_HOST = "import cv2, numpy"
"""What an interpreter takes that has the same libraries in memory and does nothing: the floor under ours."""
STARTS = 3
_COMMAND = [sys.executable, "-m", "appliance"]
_LIMIT_S = 180.0


def rows() -> list[Row]:
    """Raises KioskError, OSError or SubprocessError when the attendance or a start fails: nothing is measured then."""
    with tempfile.TemporaryDirectory(prefix="claim-kiosk-bench-") as name:
        state = Path(name) / "state"
        peaks_mib, lag_ms = _attendance(state)
        starts = [_start(state) for _ in range(STARTS)]
    measured = [
        Row(measure="time to ready", ours=_median(starts, 0), unit="s", against="goal", peer=GOAL_READY_S),
        Row(measure="time to stop", ours=_median(starts, 1), unit="s", against="goal", peer=GOAL_STOP_S),
    ]
    bare_mib = {True: _bare_mib(BARE_DAEMON), False: _bare_mib(BARE_HOST)}
    for label, mib in sorted(peaks_mib.items()):
        measured.append(
            Row(
                measure=f"memory of {label}",
                ours=mib,
                unit="MiB PSS",
                against="idle Python with the same libraries",
                peer=bare_mib[label == "daemon"],
            )
        )
    for which, figure in (("p99", "p99_ms"), ("longest", "max_ms")):
        measured.append(
            Row(
                measure=f"event loop's block, {which}",
                ours=lag_ms[figure],
                unit="ms",
                against="goal at p99",
                peer=GOAL_BLOCK_MS,
            )
        )
    return measured


def _attendance(state: Path) -> tuple[dict[str, float], dict[str, float]]:
    """One attendance in a sandbox: the largest PSS in MiB of the daemon and of each host; the daemon's loop lag."""
    command = [*_COMMAND, "sandbox", "--json", "--state", str(state)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    peaks: defaultdict[str, float] = defaultdict(float)
    done = threading.Event()

    def sample() -> None:
        while not done.wait(0.1):
            for pid, line in descendants(process.pid).items():
                label = _label(line)
                if label:
                    peaks[label] = max(peaks[label], pss_mib(pid) or 0.0)

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        ready = json.loads(process.stdout.readline() or b"{}")
        if ready.get("event") != "ready":
            raise ServiceError("The sandbox did not start.", code="bench")
        lag_ms = asyncio.run(_walk(ready))
    finally:
        done.set()
        sampler.join()
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=30)
        finally:
            process.kill()
            process.stdout.close()
    return dict(peaks), lag_ms


async def _waits(technician: RobotTechnician, attendance_id: str) -> bool:
    """Whether AIMA's receipt has not come yet, or the applicant's data is still here."""
    queue = await technician.queue()
    return not any(row["attendance_id"] == attendance_id and row["state"] == "erased" for row in queue)


async def _walk(ready: dict[str, str]) -> dict[str, float]:
    """Takes the attendance over the page, and asks the daemon how late its loop was in that time."""
    async with asyncio.timeout(_LIMIT_S), RobotTechnician(ready["url"], lambda _: None) as technician:
        await technician.log_in(ready["technician_id"], ready["password"])
        attendance_id = await technician.open(PLAN, AREAS)
        await technician.take(attendance_id, APPLICANT, "pt")
        while await _waits(technician, attendance_id):
            await asyncio.sleep(0.1)
        async with aiohttp.ClientSession() as session, session.get(f"{ready['url'].rstrip('/')}/healthz") as answer:
            lag: dict[str, float] = (await answer.json())["loop_lag_ms"]
            return lag


def _label(line: str) -> str:
    """`daemon`, `host of NAME` or nothing, from a command line."""
    if re.search(r"\bappliance run\b|claim-kiosk run\b", line):
        return "daemon"
    host = re.search(r"-m drivers\.host\b(.*)", line)
    if host:
        named = re.search(r"--driver[ =](\S+)", host.group(1))
        return f"host of {named.group(1) if named else 'a device'}"
    return ""


def _start(state: Path) -> tuple[float, float]:
    """Seconds from start to READY=1, and from SIGTERM to the end."""
    with _notifications() as (address, listener):
        environment = {**os.environ, "NOTIFY_SOCKET": address}
        command = [*_COMMAND, "run", "--settings", str(state / "settings.toml")]
        began = time.perf_counter()
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            while b"READY=1" not in listener.recv(4096):
                pass
            ready_s = time.perf_counter() - began
            time.sleep(1.0)
            began = time.perf_counter()
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
            stop_s = time.perf_counter() - began
        finally:
            process.kill()
            process.wait()
            assert process.stdin is not None
            process.stdin.close()
    return ready_s, stop_s


@contextlib.contextmanager
def _notifications() -> Iterator[tuple[str, socket.socket]]:
    with tempfile.TemporaryDirectory() as name, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        address = str(Path(name) / "notify")
        listener.bind(address)
        listener.settimeout(30)
        yield address, listener


def _bare_mib(statement: str) -> float:
    """PSS in MiB of an interpreter that ran `statement` and waits."""
    idle = f"{statement}\nimport sys\nprint('ready', flush=True)\nsys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", idle], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        mib = pss_mib(process.pid)
        process.kill()
    if mib is None:
        raise ServiceError("An idle interpreter could not be measured.", code="bench")
    return mib


def _median(pairs: list[tuple[float, float]], position: int) -> float:
    return statistics.median(pair[position] for pair in pairs)
