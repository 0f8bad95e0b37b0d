"""The real daemon killed at random points, `--kills` times: nothing acknowledged is lost, nothing is sent twice.

A robot technician works while SIGKILL comes at a random moment: before the daemon is ready, in the middle of the work,
or around sealing, sending and erasing. AIMA's stand-in loses answers and cuts uploads meanwhile. What was acknowledged
is compared after every restart, and at the end with what AIMA holds.
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from appliance.errors import KioskError
from appliance.sandbox.layout import Layout
from appliance.sandbox.once import APPLICANT, AREAS, PLAN
from appliance.sandbox.technician import RobotTechnician
from appliance.sandbox.town_hall import TownHall
from tests.workflow.killable_daemon import KillableDaemon, Ledger

START_S, WORK_S, SEALING_S = 2.0, 3.0, 0.8
"""How late a kill comes at most, after the start, after being ready, after the sealing was asked for."""
DRAINED_WITHIN_S = 120.0
FAULTS: list[dict[str, object]] = [
    {"fault": "lose-answer", "method": "PATCH"},
    {"fault": "lose-answer", "method": "POST", "path": "/files"},
    {"fault": "cut-upload", "bytes": 300_000},
    {"fault": "receipt-late", "times": 3},
    {"fault": "server-error", "method": "GET", "path": "/packages"},
]


class Post:
    """The town hall with a daemon of our own, the ledger, and the chance that decides."""

    def __init__(self, hall: TownHall, daemon: KillableDaemon, chance: random.Random) -> None:
        self.hall = hall
        self.daemon = daemon
        self.chance = chance
        self.ledger = Ledger()
        self.points: Counter[str] = Counter()

    async def one_kill(self) -> None:
        where = self.chance.choices(("start", "work", "sealing"), (1, 3, 4))[0]
        if self.chance.random() < 0.4:
            await self.tell(self.chance.choice(FAULTS))
        await self.daemon.start()
        killer: asyncio.Task[None] | None = None
        if where == "start":
            killer = asyncio.create_task(self.kill_in(START_S))
        url = await self.daemon.ready()
        if where == "work":
            killer = asyncio.create_task(self.kill_in(WORK_S))
        try:
            if url is not None:
                await self.work(url, aimed=where == "sealing")
        except KioskError as error:
            # The daemon fell silent under the robot: that is the kill. Anything else is a fault of ours.
            if error.code != "daemon-silent":
                raise
        finally:
            if killer is not None:
                await killer
            self.daemon.kill()
            status = await self.daemon.gone()
        assert status == -signal.SIGKILL, f"the daemon ended by itself: {await self.daemon.last_words()}"

    async def kill_in(self, latest_s: float) -> None:
        await asyncio.sleep(self.chance.uniform(0, latest_s))
        self.daemon.kill()

    async def work(self, url: str, *, aimed: bool) -> None:
        """Compares, then goes on where the last daemon left off, until killed (or one attendance further)."""
        log_in = self.hall.demonstration
        async with RobotTechnician(url, lambda _: None) as robot:
            await robot.log_in(log_in.technician_id, log_in.password)
            await self.compare(robot)
            for _ in range(2):
                if self.ledger.unfinished:
                    attendance_id = self.ledger.unfinished[0]
                else:
                    attendance_id = await robot.open(PLAN, AREAS)
                view = await robot.attendance(attendance_id)
                while view["step"] not in ("sealed", None):
                    self.ledger.acknowledge(view)
                    if aimed and view["step"] == "review":
                        await self.seal_under_fire(robot, view)
                        return
                    view = await robot._step(attendance_id, view["step"], view, APPLICANT, "pt")
                self.ledger.acknowledge(view)

    async def seal_under_fire(self, robot: RobotTechnician, view: dict[str, Any]) -> None:
        killer = asyncio.create_task(self.kill_in(SEALING_S))
        try:
            self.ledger.acknowledge(await robot._step(view["attendance_id"], "review", view, APPLICANT, "pt"))
        finally:
            await killer

    async def compare(self, robot: RobotTechnician) -> None:
        """Everything that any daemon before acknowledged is there, or has gone the whole way to AIMA."""
        rows = {row["attendance_id"]: row for row in await robot.queue()}
        for attendance_id, (package_id, sha256) in self.ledger.packages.items():
            row = rows.get(attendance_id)
            assert row is not None, "an acknowledged package is gone from the queue"
            assert (row["package_id"], row["sha256"]) == (package_id, sha256)
            assert row["state"] != "refused", row["error"]
        for attendance_id in self.ledger.unfinished:
            row = rows.get(attendance_id)
            try:
                now = await robot.attendance(attendance_id)
            except KioskError as error:
                if error.code != "attendance-unknown" or row is None:
                    raise
                # Sealed, sent and erased before anybody could say that the sealing was done.
                assert row["state"] in ("receipted", "erased")
                self.points["gone to AIMA unsaid"] += 1
                self.ledger.packages[attendance_id] = (row["package_id"], row["sha256"])
                continue
            assert self.ledger.losses(attendance_id, now) == []
            self.points[f"resumed at {now['step']}"] += 1
            self.ledger.acknowledge(now)

    async def tell(self, fault: dict[str, object]) -> None:
        said = self.hall._aima.said if self.hall._aima else {}
        headers = {"Authorization": f"Bearer {said['token']}"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{said['control_url']}/control/misbehave", json=fault, headers=headers) as response,
        ):
            assert response.status == 204

    async def drain(self) -> list[dict[str, Any]]:
        """A daemon that nobody kills finishes what is open; the queue's last state."""
        await self.daemon.start()
        url = await self.daemon.ready()
        assert url is not None
        log_in = self.hall.demonstration
        async with RobotTechnician(url, lambda _: None) as robot:
            await robot.log_in(log_in.technician_id, log_in.password)
            await self.compare(robot)
            for attendance_id in self.ledger.unfinished:
                self.ledger.acknowledge(await robot.take(attendance_id, APPLICANT, "pt"))
            rows = await erased(robot)
        assert await self.daemon.stop() == 0
        return rows


async def erased(robot: RobotTechnician) -> list[dict[str, Any]]:
    """The queue, once all of it is erased."""
    async with asyncio.timeout(DRAINED_WITHIN_S):
        while True:
            rows = await robot.queue()
            if all(row["state"] == "erased" for row in rows):
                return rows
            await asyncio.sleep(0.1)


@pytest.mark.timeout(7200)
@pytest.mark.blocking_allowed("the town hall's set-up runs in the test's own loop; the daemon is another process")
async def test_killed_at_random_points_nothing_is_lost_and_nothing_sent_twice(
    tmp_path: Path, kills: int, seed: int, pytestconfig: pytest.Config
) -> None:
    sys.stderr.write(f"\nkills: {kills}, seed {seed} (repeat with --seed {pytestconfig.option.seed})\n")
    layout = Layout.claim(tmp_path / "sandbox")
    hall = TownHall(layout, scenes=None, applicant="", port=0, tell=lambda _: None)
    with (tmp_path / "killed.log").open("ab") as log:
        try:
            await hall.start()
            assert hall._daemon is not None
            await hall._daemon.stop()
            post = Post(hall, KillableDaemon(layout.settings, tmp_path / "killed.log", log), random.Random(seed))
            for _ in range(kills):
                await post.one_kill()
            rows = await post.drain()
        finally:
            await hall.stop()
    sys.stderr.write(f"{len(post.ledger.packages)} packages; {dict(post.points)}\n")
    await asyncio.to_thread(nothing_lost_nothing_twice, layout, post.ledger, rows)


def nothing_lost_nothing_twice(layout: Layout, ledger: Ledger, rows: list[dict[str, Any]]) -> None:
    acknowledged = sorted(package_id for package_id, _ in ledger.packages.values())
    received = sorted(path.name for path in (layout.aima / "received").iterdir())
    # 1. AIMA holds exactly what was acknowledged, under the ids that were acknowledged, one for each attendance.
    assert received == acknowledged == sorted(row["package_id"] for row in rows)
    assert len({manifest_of(layout, package_id)["attendance_id"] for package_id in received}) == len(received)
    assert list((layout.aima / "refused").rglob("refused.json")) == []
    # 2. The box and AIMA hold the same receipt for it.
    receipts = {
        package_id: json.loads((layout.aima / "received" / package_id / "receipt.json").read_bytes())
        for package_id in received
    }
    assert {row["package_id"]: row["receipt_id"] for row in rows} == {
        key: one["receipt_id"] for key, one in receipts.items()
    }
    assert {package_id: one["sha256"] for package_id, one in receipts.items()} == dict(ledger.packages.values())
    # 3. No package's bytes were taken twice.
    uploads = [json.loads(path.read_bytes()) for path in (layout.aima / "uploads").glob("*.json")]
    finished = Counter(upload["package_id"] for upload in uploads if upload["finished"])
    assert finished == Counter(received)
    # 4. Nothing of anybody is left on the box.
    left = [path for folder in ("vault", "spool") for path in (layout.kiosk / folder).rglob("*") if path.is_file()]
    assert left == []


def manifest_of(layout: Layout, package_id: str) -> dict[str, Any]:
    with zipfile.ZipFile(layout.aima / "received" / package_id / "package.asice") as container:
        manifest: dict[str, Any] = json.loads(container.read("manifest.json"))
        return manifest
