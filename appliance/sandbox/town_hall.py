"""Everything a post has, on one machine: AIMA's stand-in, the box provisioned with it, and the daemon that runs."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from appliance.commands.provision import is_provisioned, provision
from appliance.durable.private_file import private_directory, write_private
from appliance.errors import ServiceError, UsageError
from appliance.runtime.parent import PARENT
from appliance.sandbox.desk import write_settings
from appliance.sandbox.layout import Layout
from appliance.sandbox.presence import withdraw
from appliance.sandbox.processes import Child, open_log
from appliance.settings import DemonstrationLogIn
from drivers.errors import SceneInvalid
from drivers.simulated.scenes import FILE_NAME, load_scenes


class TownHall:
    """`start`, look around, `stop`. What it starts ends with it, however it ends."""

    def __init__(
        self,
        layout: Layout,
        *,
        scenes: Path | None,
        applicant: str,
        port: int,
        tell: Callable[[str], None],
        watched: bool = False,
    ) -> None:
        """`watched`: somebody looks at the page, and is shown how a finger comes to lie on the glass."""
        self.layout = layout
        self._scenes = scenes
        self._applicant = applicant
        self._port = port
        self._tell = tell
        self._watched = watched
        self._logs: list[IO[bytes]] = []
        self._aima: Child | None = None
        self._daemon: Child | None = None

    @property
    def url(self) -> str:
        """The page's address."""
        return str(self._running().said["url"])

    @property
    def daemon_pid(self) -> int:
        return self._running().pid

    @property
    def demonstration(self) -> DemonstrationLogIn:
        """The log-in that the stand-in AIMA's demonstration configuration holds."""
        said: dict[str, Any] = self._aima.said["demonstration"] if self._aima else {}
        return DemonstrationLogIn(technician_id=said["technician_id"], password=said["password"])

    async def start(self) -> None:
        """Raises UsageError for scenes that cannot be shown, KioskError by what does not start and its own reason."""
        if self._scenes is not None:
            await asyncio.to_thread(_check_scenes, self._scenes, self._applicant)
        await asyncio.to_thread(private_directory, self.layout.logs)
        self._aima = await Child.start(
            "stand-in AIMA",
            ["appliance.sandbox.aima.process", "--state", str(self.layout.aima)],
            await self._log("aima.log"),
        )
        said = self._aima.said
        await self._provision(said)
        await asyncio.to_thread(
            write_settings,
            self.layout.settings,
            state=self.layout.kiosk,
            aima_url=said["url"],
            port=self._port,
            scenes=self._scenes,
            applicant=self._applicant,
            demonstration=self.demonstration,
            watched=self._watched,
        )
        await self.start_daemon()
        await asyncio.to_thread(
            self.layout.mark, control_url=said["control_url"], token=said["token"], page_url=self.url
        )

    async def start_daemon(self) -> None:
        self._daemon = await Child.start(
            "daemon",
            ["appliance", "run", "--settings", str(self.layout.settings)],
            await self._log("kiosk.log"),
            environment={PARENT: str(os.getpid())},
        )

    async def wait(self) -> int:
        """Until the daemon ends by itself, which it should not."""
        status = await self._running().wait()
        why = await self._running().why_ended()
        raise ServiceError(f"The daemon has ended (status {status}): {why}", code="daemon-ended")

    async def stop(self) -> None:
        await asyncio.to_thread(withdraw)
        for child in (self._daemon, self._aima):
            if child is not None:
                await child.stop()
        for log in self._logs:
            log.close()

    async def _provision(self, said: dict[str, Any]) -> None:
        """As a field engineer would, at the first start; a provisioned box is left as it is."""
        if await asyncio.to_thread(is_provisioned, self.layout.kiosk):
            return
        self._tell("Provisioning the kiosk: key, enrolment, first configuration …")
        await asyncio.to_thread(write_private, self.layout.trust, json.dumps(said["trust"]).encode())
        await provision(said["url"], self.layout.trust, said["otp"], self.layout.kiosk, progress=self._tell)

    async def _log(self, name: str) -> IO[bytes]:
        log = await asyncio.to_thread(open_log, self.layout.logs / name)
        self._logs.append(log)
        return log

    def _running(self) -> Child:
        if self._daemon is None:
            raise ServiceError("The sandbox's daemon is not running.", code="daemon-ended")
        return self._daemon


def _check_scenes(directory: Path, applicant: str) -> None:
    """Here, where a person reads it, and not first in a driver's host. Raises UsageError by what is wrong."""
    if not (directory / FILE_NAME).is_file():
        raise UsageError(f"The folder given with --scenes holds no {FILE_NAME}.", code="scenes-missing")
    try:
        load_scenes(directory, applicant)
    except SceneInvalid as error:
        raise UsageError(error.sentence, code=error.code) from error
