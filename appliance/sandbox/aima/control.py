"""How a person at this machine moves the stand-in AIMA: loopback only, behind a token that only its owner can read.

`POST /control/publish` signs the body as the newest configuration, whatever it says, and hints every box.
`?fault=rolled-back|expired|under-signed|tampered` publishes it badly, so that a box's refusal can be seen.
`POST /control/one-time-password?device_id=NAME` gives a password for one more box.
"""

from __future__ import annotations

import asyncio
import re
import secrets

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from appliance.sandbox.aima.hints import Hints
from appliance.sandbox.aima.one_time_passwords import OneTimePasswords
from appliance.sandbox.aima.tuf_repository import Fault, TufRepository

log = structlog.get_logger(__name__)

LARGEST_BYTES = 8 << 20
_DEVICE_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")


def application(*, token: str, repository: TufRepository, hints: Hints, passwords: OneTimePasswords) -> web.Application:
    """An application of its own: it is never served where boxes connect."""
    publishing = asyncio.Lock()

    @web.middleware
    async def with_token(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not secrets.compare_digest(given.encode(), token.encode()):
            raise web.HTTPUnauthorized(text="the sandbox's token is required")
        return await handler(request)

    async def publish(request: web.Request) -> web.Response:
        name = request.query.get("fault", "")
        if name and name not in set(Fault):
            raise web.HTTPBadRequest(text=f"fault must be one of {', '.join(Fault)}")
        body = await request.read()
        if not body:
            raise web.HTTPBadRequest(text="the body is empty")
        async with publishing:
            done = await asyncio.to_thread(repository.publish, body, fault=Fault(name) if name else None)
        hinted = await hints.broadcast()
        log.info("configuration-published", version=done.version, sha256=done.sha256, count=hinted)
        return web.json_response(
            {"version": done.version, "sha256": done.sha256, "bytes": done.bytes, "hinted": hinted}
        )

    async def one_time_password(request: web.Request) -> web.Response:
        device_id = request.query.get("device_id", "")
        if not _DEVICE_ID.fullmatch(device_id):
            raise web.HTTPBadRequest(text="device_id is not a name for a box")
        return web.json_response({"device_id": device_id, "otp": await passwords.issue(device_id)})

    app = web.Application(middlewares=[with_token], client_max_size=LARGEST_BYTES)
    app.router.add_post("/control/publish", publish)
    app.router.add_post("/control/one-time-password", one_time_password)
    return app
