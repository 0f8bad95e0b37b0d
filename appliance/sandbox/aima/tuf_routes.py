"""The repository over HTTP, for boxes only: every route wants a client certificate."""

from __future__ import annotations

import asyncio

from aiohttp import web

from appliance.sandbox.aima.devices import DeviceRecords
from appliance.sandbox.aima.peer import device_id, require_peer
from appliance.sandbox.aima.tuf_repository import TufRepository


def routes(repository: TufRepository, records: DeviceRecords) -> list[web.RouteDef]:
    """`/tuf/metadata/{name}` and `/tuf/targets/{path}`; 404 for what is not there (TUF looks for newer roots so)."""

    async def metadata(request: web.Request) -> web.Response:
        require_peer(request)
        # In a thread: the timestamp may have to be signed anew, which is made durable first.
        return _answer(await asyncio.to_thread(repository.metadata, request.match_info["name"]))

    async def target(request: web.Request) -> web.Response:
        sender, data = device_id(request), repository.target(request.match_info["path"])
        if data is not None:
            await asyncio.to_thread(records.given, sender, data)
        return _answer(data)

    return [web.get("/tuf/metadata/{name}", metadata), web.get("/tuf/targets/{path:.+}", target)]


def _answer(data: bytes | None) -> web.Response:
    if data is None:
        raise web.HTTPNotFound
    return web.Response(body=data, content_type="application/json", headers={"Cache-Control": "no-store"})
