"""A stand-in AIMA for tests: the real one, in this process, over TLS 1.3 on a free port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from appliance.aima.tls import client_context
from appliance.identity.identity import Identity
from appliance.identity.trust_file import trust_to_bytes
from appliance.runtime.clock import Clock
from appliance.sandbox.aima.demonstration import demonstration_configuration
from appliance.sandbox.aima.server import StandInAima
from appliance.sandbox.aima.tuf_repository import Fault


@dataclass
class Aima:
    """`configuration` is the demonstration's, for tests to change and publish again."""

    server: StandInAima
    trust_file: Path
    configuration: dict[str, Any]

    @property
    def url(self) -> str:
        return self.server.url

    async def otp(self, device_id: str = "kiosk-1") -> str:
        return await self.server.premises.passwords.issue(device_id)

    async def publish(self, configuration: bytes, fault: Fault | None = None) -> None:
        """Signed and served, without a hint."""
        await asyncio.to_thread(self.server.premises.repository.publish, configuration, fault=fault)

    def changed(self, **changes: Any) -> bytes:
        """The demonstration configuration with some of its fields changed."""
        return msgspec.json.encode(self.configuration | changes)


@asynccontextmanager
async def running_aima(directory: Path, clock: Clock | None = None) -> AsyncIterator[Aima]:
    server = await StandInAima.start(directory / "aima", clock=clock)
    try:
        premises = server.premises
        configuration = premises.repository.configuration
        if configuration is None:
            configuration = await asyncio.to_thread(demonstration_configuration, premises.authority)
            await asyncio.to_thread(premises.repository.publish, configuration)
        trust_file = directory / "trust.json"
        trust_file.write_bytes(trust_to_bytes(premises.authority.ca_pem, premises.repository.root))
        yield Aima(server, trust_file, msgspec.json.decode(configuration))
    finally:
        await server.close()


@asynccontextmanager
async def session_of(identity: Identity) -> AsyncIterator[aiohttp.ClientSession]:
    """Mutual TLS as the box makes it."""
    tls = client_context(
        identity.trust.aima_ca_pem,
        certificate_chain=identity.certificate_chain_path,
        private_key=identity.private_key_path,
    )
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls)) as session:
        yield session
