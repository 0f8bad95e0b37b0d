"""`claim-kiosk sandbox`: a stand-in AIMA, a desk of devices, the daemon and its page, for as long as somebody looks.

It starts what a real installation has, in the same way: the box is provisioned by `commands.provision` at its first
start and the daemon runs by `claim-kiosk run`. Everything it starts ends with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from appliance.durable.lock import InstanceLock
from appliance.sandbox.evidence import check_out
from appliance.sandbox.layout import Layout
from appliance.sandbox.leftovers import one_at_a_time, sweep
from appliance.sandbox.once import take_one_attendance
from appliance.sandbox.town_hall import TownHall


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxRequest:
    """What the command line asked for; paths are as the caller wrote them."""

    state: Path | None
    once: bool
    scenes: Path | None
    applicant: str
    out: Path | None
    port: int
    as_json: bool


def tell(sentence: str) -> None:
    """Progress is for people: standard error, so that standard output stays one object a line."""
    click.echo(sentence, err=True)


async def run_sandbox(request: SandboxRequest) -> int:
    """Returns the exit status. Raises KioskError."""
    layout, lock = await asyncio.to_thread(_claimed, request.state)
    try:
        if request.out is not None:
            await asyncio.to_thread(check_out, request.out, layout)
        return await _until_done(request, layout)
    finally:
        lock.release()
        if request.state is None:
            await asyncio.to_thread(shutil.rmtree, layout.root, ignore_errors=True)


def _claimed(state: Path | None) -> tuple[Layout, InstanceLock]:
    """The sandbox's folder, its lock held; a temporary one after those of killed sandboxes are gone. Blocking."""
    with one_at_a_time() if state is None else contextlib.nullcontext():
        if state is None:
            sweep()
        layout = Layout.claim(state)
        lock = InstanceLock(layout.lock)
        lock.acquire()
        return layout, lock


async def _until_done(request: SandboxRequest, layout: Layout) -> int:
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    try:
        async with AsyncExitStack() as stack:
            tell("Starting the sandbox: a stand-in AIMA and a kiosk, on this machine only …")
            hall = TownHall(
                layout,
                scenes=request.scenes,
                applicant=request.applicant,
                port=request.port,
                tell=tell,
                watched=not request.once and not request.as_json,
            )
            stack.push_async_callback(hall.stop)
            await hall.start()
            if request.once:
                result = await take_one_attendance(hall, out=request.out, tell=tell)
                _print(result, as_json=request.as_json)
                return 0
            _announce(hall, as_json=request.as_json)
            return await hall.wait()
    except asyncio.CancelledError:
        # Ctrl-C is how a sandbox ends well; a cut --once is not a finished one.
        return 130 if request.once else 0


def _announce(hall: TownHall, *, as_json: bool) -> None:
    log_in = hall.demonstration
    if as_json:
        shown = {"url": hall.url, "technician_id": log_in.technician_id, "password": log_in.password}
        _print({"event": "ready", **shown, "pid": os.getpid(), "state": str(hall.layout.root)}, as_json=True)
        return
    click.echo(f"\n  The kiosk's page:   {hall.url}")
    click.echo(f"  Log in as:          {log_in.technician_id}")
    click.echo(f"  Password:           {log_in.password}")
    click.echo("\n  Everything here is simulated or a demonstration. Ctrl-C ends it.\n")


def _print(row: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        return
    for name, value in row.items():
        click.echo(f"{name + ':':<16} {value if not isinstance(value, list) else ''}")
        for item in value if isinstance(value, list) else ():
            click.echo("                 " + ", ".join(f"{key} {shown}" for key, shown in item.items()))
