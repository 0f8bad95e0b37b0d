"""Name look-ups for aiohttp that never hold up a stop; otherwise as its own threaded resolver does them."""

from __future__ import annotations

import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from appliance.runtime.daemon_call import call_in_daemon_thread


class DaemonResolver(AbstractResolver):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises OSError when the name has no address (aiohttp names it)."""
        found = await call_in_daemon_thread(
            "name-resolver", socket.getaddrinfo, host, port, family=family, type=socket.SOCK_STREAM
        )
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=int(address[1]),
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        """Nothing is held."""
