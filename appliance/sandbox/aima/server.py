"""The stand-in AIMA, whole: one TLS 1.3 port for boxes, one loopback port with a token for who directs the sandbox."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from pathlib import Path

import msgspec
from aiohttp import web

from appliance.durable.private_file import private_directory, read_private, write_private
from appliance.runtime.access_log import RouteAccessLogger
from appliance.runtime.clock import Clock, SystemClock
from appliance.sandbox.aima import control, est, tuf_routes
from appliance.sandbox.aima.authority import Authority
from appliance.sandbox.aima.devices import DeviceRecords
from appliance.sandbox.aima.hints import Hints
from appliance.sandbox.aima.inbox import Inbox
from appliance.sandbox.aima.misbehaviour import Conscience, Misbehaviour, middleware
from appliance.sandbox.aima.one_time_passwords import OneTimePasswords
from appliance.sandbox.aima.tls import server_context
from appliance.sandbox.aima.tuf_repository import TufRepository
from appliance.sandbox.aima.uploads import LARGEST_UPLOAD_BYTES, Uploads

HOST = "127.0.0.1"
STOP_TIMEOUT_S = 1.0


@dataclass(frozen=True, slots=True)
class Premises:
    """Everything that the stand-in keeps on disk, loaded."""

    authority: Authority
    repository: TufRepository
    passwords: OneTimePasswords
    records: DeviceRecords
    token: str

    @classmethod
    def create_or_load(cls, directory: Path, clock: Clock) -> Premises:
        """Blocking. Raises StateError."""
        private_directory(directory)
        token = read_private(directory / "control-token") or secrets.token_urlsafe(32).encode()
        write_private(directory / "control-token", token)
        repository = TufRepository.create_or_load(directory / "tuf", clock)
        passwords = OneTimePasswords(directory / "one-time-passwords.json", clock)
        records = DeviceRecords(directory / "devices.json")
        if records.is_new and repository.configuration is not None:
            # Kept by a sandbox from before there was a record: its boxes have what was published last.
            for device_id in passwords.enrolled:
                records.given(device_id, repository.configuration)
        authority = Authority.create_or_load(directory / "authority")
        return cls(authority, repository, passwords, records, token.decode())


class StandInAima:
    """`start`, then `url` and `control_url`, then `close`."""

    def __init__(self, directory: Path, premises: Premises) -> None:
        self.premises = premises
        self.conscience = Conscience()
        self.hints = Hints()
        self._inbox = Inbox(directory / "received", premises.authority, premises.records, self.conscience)
        self._uploads = Uploads(directory / "uploads", self.conscience, self._inbox.take)
        self._runners: list[web.AppRunner] = []
        self.url = ""
        self.control_url = ""

    @classmethod
    async def start(cls, directory: Path, *, port: int = 0, clock: Clock | None = None) -> StandInAima:
        premises = await asyncio.to_thread(Premises.create_or_load, directory, clock or SystemClock())
        aima = await asyncio.to_thread(cls, directory, premises)
        await aima.recover()
        authority = premises.authority
        context = await asyncio.to_thread(
            server_context, authority.server_chain_path, authority.server_key_path, authority.device_ca_pem
        )
        runner = await aima.runner(aima.application())
        await web.TCPSite(runner, HOST, port, ssl_context=context).start()
        aima.url = f"https://{HOST}:{runner.addresses[0][1]}"
        runner = await aima.runner(aima.control_application())
        await web.TCPSite(runner, HOST, 0).start()
        aima.control_url = f"http://{HOST}:{runner.addresses[0][1]}"
        return aima

    async def recover(self) -> None:
        """Looks into what had arrived whole when the power went."""
        await self._uploads.recover()

    def application(self) -> web.Application:
        """What boxes see."""
        app = web.Application(middlewares=[middleware(self.conscience)], client_max_size=LARGEST_UPLOAD_BYTES)
        app.add_routes(est.routes(self.premises.authority, self.premises.passwords))
        app.add_routes(tuf_routes.routes(self.premises.repository, self.premises.records))
        app.add_routes(self.hints.routes())
        app.add_routes(self._uploads.routes())
        app.add_routes(self._inbox.routes())
        return app

    def control_application(self) -> web.Application:
        """What whoever directs the sandbox sees."""
        app = control.application(
            token=self.premises.token,
            repository=self.premises.repository,
            hints=self.hints,
            passwords=self.premises.passwords,
        )
        app.router.add_post("/control/misbehave", self._misbehave)
        app.router.add_post("/control/behave", self._behave)
        return app

    async def close(self) -> None:
        await self.hints.close()
        for runner in reversed(self._runners):
            await runner.cleanup()

    async def _misbehave(self, request: web.Request) -> web.Response:
        try:
            self.conscience.tell(msgspec.json.decode(await request.read(), type=Misbehaviour))
        except msgspec.MsgspecError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return web.Response(status=204)

    async def _behave(self, _request: web.Request) -> web.Response:
        self.conscience.behave()
        return web.Response(status=204)

    async def runner(self, app: web.Application) -> web.AppRunner:
        """Ready for a site of its own; closed with everything else."""
        runner = web.AppRunner(
            app, access_log_class=RouteAccessLogger, handle_signals=False, shutdown_timeout=STOP_TIMEOUT_S
        )
        await runner.setup()
        self._runners.append(runner)
        return runner
