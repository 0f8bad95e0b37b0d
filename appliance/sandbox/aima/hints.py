"""The WebSocket over which the stand-in AIMA tells boxes to look for a new configuration. It carries nothing else."""

from __future__ import annotations

import asyncio

from aiohttp import WSCloseCode, web

from appliance.sandbox.aima.peer import require_peer

HINT = "refresh"
_SEND_TIMEOUT_S = 2.0


class Hints:
    """The boxes that are listening now. `close` before the server stops, or it waits for them."""

    def __init__(self) -> None:
        self._listeners: dict[web.WebSocketResponse, asyncio.Transport | None] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/hints", self._listen)]

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    async def broadcast(self) -> int:
        """Tell every box to look again; how many were told. One that does not take it in time is cut off."""
        told = await asyncio.gather(*(self._tell(listener) for listener in tuple(self._listeners)))
        return sum(told)

    async def close(self) -> None:
        for listener in tuple(self._listeners):
            await listener.close(code=WSCloseCode.GOING_AWAY)

    async def _tell(self, listener: web.WebSocketResponse) -> bool:
        try:
            async with asyncio.timeout(_SEND_TIMEOUT_S):
                await listener.send_str(HINT)
        except (ConnectionError, RuntimeError, TimeoutError):
            # Its connection too: a box that still had one would take our silence for no news.
            transport = self._listeners.pop(listener, None)
            if transport is not None:
                transport.abort()
            return False
        return True

    async def _listen(self, request: web.Request) -> web.WebSocketResponse:
        require_peer(request)
        listener = web.WebSocketResponse(heartbeat=15.0, max_msg_size=1024)
        await listener.prepare(request)
        self._listeners[listener] = request.transport
        try:
            async for _ in listener:
                pass  # A box has nothing to say here.
        finally:
            self._listeners.pop(listener, None)
        return listener
