"""How the daemon comes and goes: told to systemd, ended in order whatever runs, and never leaving a process behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from appliance.errors import ServiceError
from appliance.sandbox.once import AREAS
from tests.workflow.post import (
    APPLICANT,
    COMMAND,
    PATIENCE_S,
    Box,
    StandIn,
    all_gone,
    descendants,
    end,
    first_line,
    until,
    wait_for,
)

STOP_LIMIT_S = 5.0
"""The contract's own: an orderly stop, and nothing left after a SIGKILL, within this."""


@contextlib.contextmanager
def notifications(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("\0" + address[1:] if address.startswith("@") else address)
        listener.settimeout(PATIENCE_S)
        yield listener


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_systemd_hears_ready_watchdog_and_stopping(box: Box, tmp_path: Path, kind: str) -> None:
    address = str(tmp_path / "notify") if kind == "path" else f"@claim-kiosk-test-{os.getpid()}"
    with notifications(address) as listener:
        box.start(NOTIFY_SOCKET=address, WATCHDOG_USEC="300000")
        heard = [listener.recv(4096).decode() for _ in range(3)]
        assert any(message.startswith("READY=1\nSTATUS=http://127.0.0.1:") for message in heard)
        assert heard.count("WATCHDOG=1") == 2
        assert box.process is not None
        box.process.send_signal(signal.SIGTERM)
        while (message := listener.recv(4096)) == b"WATCHDOG=1":
            pass
        assert message == b"STOPPING=1"
        assert box.stop() == 0
    said = [row["event"] for row in box.log_rows() if row["event"] in ("ready", "stopping", "stopped")]
    assert said == ["ready", "stopping", "stopped"]


def changed(box: Box, *lines: str) -> subprocess.Popen[bytes]:
    """The daemon with one method of its own replaced: what no fault from outside brings about in time."""
    imports = ["import asyncio, sys", "from pathlib import Path", "from appliance.app import run_daemon"]
    script = "\n".join([*imports, *lines, "sys.exit(asyncio.run(run_daemon(Path(sys.argv[1]))))"])
    with box.log.open("ab") as log_file:
        return subprocess.Popen(
            [sys.executable, "-c", script, str(box.settings)], stdout=subprocess.PIPE, stderr=log_file
        )


def test_it_heeds_a_stop_while_it_is_still_starting(box: Box) -> None:
    """As slow as a disk may be: here the start never gets on."""
    process = changed(
        box,
        "from appliance.spool.spool import Spool as Changed",
        "async def recover(self):",
        "    print('recovering', flush=True)",
        "    await asyncio.sleep(600)",
        "Changed.recover = recover",
    )
    assert process.stdout is not None
    assert first_line(process.stdout) == b"recovering\n"
    began = time.monotonic()
    assert end(process) == 0
    assert time.monotonic() - began < STOP_LIMIT_S
    assert [row["event"] for row in box.log_rows()][-2:] == ["stopping", "stopped"]
    box.start()


def test_a_log_that_nobody_reads_does_not_keep_it_from_ending(box: Box) -> None:
    process = subprocess.Popen(
        [*COMMAND, "run", "--settings", str(box.settings)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    url = json.loads(first_line(process.stdout))["url"]
    for _ in range(900):  # lines enough to fill the pipe
        with urllib.request.urlopen(f"{url}healthz", timeout=PATIENCE_S):  # noqa: S310 (the loopback)
            pass
    began = time.monotonic()
    assert end(process) == 0
    assert time.monotonic() - began < STOP_LIMIT_S


async def test_it_is_ready_before_a_backlog_is_sealed(box: Box) -> None:
    """What a power cut left in sealing is sealed while the box works already; nobody has to ask for it."""
    box.start()
    view = await box.take("residence-permit", until="review")
    box.kill()
    box.process = changed(
        box,
        "import os; from appliance.attendance.sealing import SpoolSealer as Changed",
        "async def power_cut(self, attendance, request): os._exit(9)",
        "Changed.__call__ = power_cut",
    )
    assert box.process.stdout is not None
    box.url = json.loads(first_line(box.process.stdout))["url"]
    async with box.technician() as technician:
        with pytest.raises((ServiceError, aiohttp.ClientError)):
            await technician.take(view["attendance_id"], APPLICANT, "pt")
    assert box.stop() == 9
    box.start()
    await box.package(view["attendance_id"], state="erased")
    events = [row["event"] for row in box.log_rows()]
    assert "package-queued" in events[len(events) - events[::-1].index("ready") :]


def test_a_killed_daemon_leaves_no_driver_host(box: Box) -> None:
    box.start()
    hosts = wait_for(lambda: len(found := descendants(box.pid)) >= 3 and found, "three driver hosts")
    box.kill()
    began = time.monotonic()
    while not all_gone(hosts):
        assert time.monotonic() - began < STOP_LIMIT_S
        time.sleep(0.05)


async def test_it_ends_in_order_while_a_capture_runs_and_an_upload_hangs(box: Box, stand_in: StandIn) -> None:
    box.configure(fingerprint_reader={"faults": {"absent_s": 120.0, "after_frames": 1}})
    box.start()
    stand_in.misbehave("hang", method="PATCH", seconds=30.0, times=100)
    sealed = await box.take()
    wait_for(lambda: box.logged("package-queued"), "the package")
    children = descendants(box.pid)
    async with box.technician() as technician:
        attendance_id = await technician.open("one-finger", AREAS)
        running = asyncio.create_task(technician.take(attendance_id, APPLICANT, "pt"))
        async with box.technician() as watcher:
            await until(lambda: watcher.attendance(attendance_id), lambda view: bool(view["capturing"]))
            preview = asyncio.create_task(_watch(watcher._session, f"{box.url}preview"))
            events = asyncio.create_task(_watch(watcher._session, f"{box.url}events"))
            await asyncio.sleep(0.2)
            began = time.monotonic()
            status = await asyncio.to_thread(box.stop)
            took_s = time.monotonic() - began
            await asyncio.gather(running, preview, events, return_exceptions=True)
    assert status == 0
    assert took_s < STOP_LIMIT_S
    assert all_gone(children)

    stand_in.behave()
    box.start()
    async with box.technician() as technician:
        assert (await technician.attendance(attendance_id))["step"] == "fingerprints"
    await box.package(sealed["attendance_id"], state="erased")


async def _watch(session: aiohttp.ClientSession, url: str) -> None:
    async with session.get(url) as response:
        async for _ in response.content.iter_any():
            pass


async def test_an_interrupted_attendance_goes_on_at_the_last_step_that_was_done(box: Box) -> None:
    box.start()
    before = await box.take("residence-permit", until="fingerprints")
    box.kill()
    box.start()
    async with box.technician() as technician:
        after = await technician.attendance(before["attendance_id"])
        assert after == before
        assert (await technician.take(after["attendance_id"], APPLICANT, "pt"))["step"] == "sealed"


async def test_an_abandoned_attendance_is_erased(box: Box) -> None:
    box.start()
    view = await box.take("residence-permit", until="fingerprints")
    folder = box.state / "vault" / view["attendance_id"]
    assert list(folder.iterdir())
    async with box.technician() as technician:
        await technician.abandon(view["attendance_id"])
    assert not folder.exists()
    box.kill()
    box.start()
    async with box.technician() as technician:
        assert (await technician.queue()) == []
    assert not folder.exists()


async def test_no_file_of_the_box_holds_a_word_about_the_applicant(box: Box) -> None:
    """Not while the attendance is open, and not once it is erased; the log is looked at after every test."""
    box.start()
    view = await box.take("residence-permit", until="review")
    _assert_nothing_readable(box.state)
    async with box.technician() as technician:
        await technician.take(view["attendance_id"], APPLICANT, "pt")
    await box.package(view["attendance_id"], state="erased")
    _assert_nothing_readable(box.state)
    assert not (box.state / "vault" / view["attendance_id"]).exists()
    assert list((box.state / "spool").glob("*.p7m")) == []


def _assert_nothing_readable(state: Path) -> None:
    looked_at = 0
    for path in state.rglob("*"):
        if path.is_file():
            looked_at += 1
            content = path.read_bytes()
            for name in ("surname", "given-names", "birth-date", "document-number"):
                assert APPLICANT[name].encode() not in content, path.name
            assert b"\x89PNG" not in content, path.name
    assert looked_at > 5
