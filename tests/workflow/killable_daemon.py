"""The real daemon, started by its command and killed with SIGKILL, and a ledger of what it acknowledged meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from appliance.runtime.parent import PARENT

STEPS = ("applicant", "notice", "document", "face", "fingerprints", "signature", "review", "sealing", "sealed")


class KillableDaemon:
    """`start`, `ready`, then `kill` or `stop`. A kill may come before it is ready."""

    def __init__(self, settings: Path, log_path: Path, log: IO[bytes]) -> None:
        self._settings = settings
        self._log_path = log_path
        self._log = log
        self._process: Process | None = None
        self._killed = False

    async def start(self) -> None:
        self._killed = False
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "appliance", "run", "--settings", str(self._settings)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=self._log,
            env=os.environ | {PARENT: str(os.getpid())},
        )

    async def ready(self) -> str | None:
        """The page's address; None when it was killed before."""
        assert self._process is not None
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        return str(json.loads(line)["url"]) if line.endswith(b"\n") else None

    def kill(self) -> None:
        """Once: a second signal to a dead child would collect its status under the loop's nose."""
        assert self._process is not None
        if self._killed:
            return
        self._killed = True
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)

    async def stop(self) -> int:
        """SIGTERM; its exit status."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        return await self.gone()

    async def last_words(self) -> str:
        """The end of its log: why it ended, when nobody killed it."""
        return (await asyncio.to_thread(self._log_path.read_bytes))[-2000:].decode(errors="replace")

    async def gone(self) -> int:
        """Once it has ended: its exit status, negative for the signal that killed it."""
        assert self._process is not None
        assert self._process.stdin is not None
        status = await self._process.wait()
        self._process.stdin.close()
        return status


@dataclass
class Ledger:
    """What the daemon said was done. After a kill it must still be so, or be further."""

    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    packages: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Package id and SHA-256 by attendance, once the sealing was acknowledged."""

    def acknowledge(self, view: dict[str, Any]) -> None:
        attendance_id = view["attendance_id"]
        self.views[attendance_id] = view
        if view["step"] == "sealed":
            self.packages[attendance_id] = (view["package_id"], view["sha256"])

    @property
    def unfinished(self) -> list[str]:
        return [attendance_id for attendance_id in self.views if attendance_id not in self.packages]

    def losses(self, attendance_id: str, now: dict[str, Any]) -> list[str]:
        """What was acknowledged of an open attendance and is not there any more; `now` is its view after a restart."""
        before, lost = self.views[attendance_id], []
        if STEPS.index(now["step"]) < STEPS.index(before["step"]):
            lost.append(f"back from {before['step']} to {now['step']}")
        if before["applicant"] and now["applicant"] != before["applicant"]:
            lost.append("the applicant's data changed")
        for then, today in zip(before["targets"], now["targets"], strict=True):
            if today["attempts"][: len(then["attempts"])] != then["attempts"]:
                lost.append(f"attempts at the {then['name']}")
        return lost
