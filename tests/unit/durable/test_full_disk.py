"""A disk that is really full, of two megabytes: each room says so by name, and keeps what it acknowledged.

Needs a mount of its own, so a child makes it in a namespace where nobody else sees it; skipped where that is forbidden.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from appliance.durable import journal, vault
from appliance.durable.ballast import Ballast
from appliance.durable.database import Database
from appliance.durable.journal import Journal
from appliance.durable.private_file import read_private, write_private
from appliance.durable.vault import Vault
from appliance.errors import KioskError
from appliance.runtime.clock import SystemClock, timestamp
from appliance.runtime.time_floor import TimeFloor
from appliance.spool import spool as spool_room
from appliance.spool.spool import Spool

KEY = bytes(32)
ROOT = Path(__file__).resolve().parents[3]
MOUNT = 'mount -t tmpfs -o size=2m tmpfs "$1" && shift && exec "$@"'


def in_a_small_disk(directory: Path, *command: str) -> subprocess.CompletedProcess[bytes]:
    unshare = ["unshare", "--mount", "--map-root-user", "sh", "-c", MOUNT, "sh", str(directory), *command]
    return subprocess.run(unshare, cwd=ROOT, capture_output=True, timeout=60, check=False)


@pytest.mark.system
def test_a_full_disk_is_named_and_costs_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    if shutil.which("unshare") is None or in_a_small_disk(tmp_path, "true").returncode != 0:
        pytest.skip("needs the system package util-linux and leave to mount in a namespace")
    done = in_a_small_disk(tmp_path, sys.executable, "-m", "tests.unit.durable.test_full_disk", str(tmp_path))
    assert done.returncode == 0, done.stderr.decode()
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    # 1. Whatever met the full disk said so.
    assert said["codes"] == dict.fromkeys(["vault", "journal", "spool", "file"], "disk-full")
    # 2. What had been acknowledged before is there, also for a process that starts on the full disk.
    assert said["kept"] == {"image": True, "events": True, "package": True, "file": "old"}
    # 3. The queue, which alone can free room, gets on with what was kept for it.
    assert said["queue"] == ["disk-full", "sending", "sent"]
    # 4. The box can start: its time floor stays where it was.
    assert said["floor"] == [True, True]
    # 5. Nothing half-written is left behind.
    assert said["files"] == ["p1.p7m"]
    # 6. With room again, work goes on.
    assert said["after"] == {"image": True, "events": True, "package": True, "file": "new"}


async def _filled(state: Path) -> dict[str, Any]:
    rooms = await Rooms.open(state)
    await rooms.vault.store("a1", "face.png", "image/png", b"face" * 1000)
    await rooms.journal.append("a1", 0, b"opened")
    await rooms.spool.enqueue("p1", "a1", _write(b"sealed" * 1000))
    await asyncio.to_thread(write_private, state / "small", b"old")
    floor = TimeFloor(state / "time-floor", SystemClock())
    first = SystemClock().now()
    await asyncio.to_thread(floor.raise_to, first)
    ballast = Ballast(state / "kept", size_bytes=128 << 10)
    assert ballast.reserve()
    await asyncio.to_thread(_fill, state / "filling")
    codes = {
        "vault": await _code(rooms.vault.store("a1", "finger.png", "image/png", bytes(1 << 20))),
        "journal": await _journal_until_full(rooms.journal),
        "spool": await _code(rooms.spool.enqueue("p2", "a2", _write(bytes(1 << 20)))),
        "file": await _code(asyncio.to_thread(write_private, state / "small", bytes(1 << 20))),
    }
    files = sorted(path.name for path in (state / "spool").rglob("*") if path.is_file())
    await rooms.close()
    again = await Rooms.open(state)
    later = SystemClock().now()
    await asyncio.to_thread(floor.raise_to, later)
    await asyncio.to_thread(floor.check)
    stored = await asyncio.to_thread(floor.floor)
    kept = await again.looked_into(state)
    queue = [await _code(_until_full(again.spool))]
    assert ballast.give_up()
    queue += [(await again.spool.mark_sending("p1", "/files/x")).state.value]
    queue += [(await again.spool.mark_sent("p1")).state.value]
    (state / "filling").unlink()
    await again.vault.store("a1", "finger.png", "image/png", bytes(100_000))
    await again.spool.enqueue("p2", "a2", _write(bytes(100_000)))
    await asyncio.to_thread(write_private, state / "small", b"new")
    after = await again.looked_into(state)
    await again.close()
    return {
        "codes": codes,
        "kept": kept,
        "files": files,
        "after": after,
        "queue": queue,
        "floor": [later > first, _ms(stored) == _ms(first)],
    }


class Rooms:
    def __init__(self, state: Path, database: Database) -> None:
        self._database = database
        self.vault = Vault(state / "vault", database, KEY)
        self.journal = Journal(database)
        self.spool = Spool(state / "spool", database, SystemClock())

    @classmethod
    async def open(cls, state: Path) -> Rooms:
        schema = journal.SCHEMA + vault.SCHEMA + spool_room.SCHEMA
        rooms = cls(state, await Database.open(state / "box.db", KEY, schema))
        await rooms.vault.recover()
        await rooms.spool.recover()
        return rooms

    async def looked_into(self, state: Path) -> dict[str, Any]:
        image = await asyncio.to_thread(lambda: b"".join(self.vault.open("a1", "face.png")))
        await self.spool.check("p1")
        small = await asyncio.to_thread(read_private, state / "small")
        return {
            "image": image == b"face" * 1000,
            "events": (await self.journal.read("a1"))[0] == b"opened",
            "package": self.spool.entry("p1").error == "",
            "file": (small or b"").decode(),
        }

    async def close(self) -> None:
        await self.spool.close()
        await self.vault.close()
        await self._database.close()


async def _journal_until_full(events: Journal) -> str:
    """The log has some room of its own left; each event that is acknowledged before the end must be readable."""
    for number in range(1, 1000):
        code = await _code(events.append("a1", number, os.urandom(3000)))
        if code:
            assert len(await events.read("a1")) == number
            return code
    return "never full"


async def _until_full(queue: Spool) -> None:
    for number in range(1000):
        await queue.mark_sending("p1", f"/files/{number:04d}" + "x" * 900)


async def _code(work: Any) -> str:
    try:
        await work
    except KioskError as error:
        return error.code
    return ""


def _ms(moment: datetime | None) -> str:
    return timestamp(moment) if moment else ""


def _write(data: bytes) -> Any:
    def write(out: BinaryIO) -> Any:
        out.write(data)
        return type("Written", (), {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)})

    return write


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_filled(Path(sys.argv[1])))))
