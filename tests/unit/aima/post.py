"""A box's storage and forwarding beside a stand-in AIMA, both in this process: what tests of the road between need."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from appliance.aima.forwarder import Forwarder
from appliance.aima.queue import Entry
from appliance.aima.tls import client_context
from appliance.durable.database import Database
from appliance.package.part import PartSource
from appliance.package.seal import SealedPackage, seal
from appliance.runtime.clock import SystemClock
from appliance.sandbox.aima.authority import Authority
from appliance.sandbox.aima.misbehaviour import Fault, Misbehaviour
from appliance.sandbox.aima.server import StandInAima
from appliance.spool.spool import SCHEMA, Spool, SpoolEntry
from tests.unit.package.world import KeySigner, manifest_for, some_parts

CONFIGURATION = b'{"centre": {"centre_id": "claim-example"}, "post": {"post_id": "post-1"}}'
"""What AIMA looks at in it: where `manifest_for` says that the box stands."""


@dataclass(frozen=True)
class Box:
    """A device's key and certificate, as files too."""

    device_id: str
    signer: KeySigner
    certificate_path: Path
    key_path: Path

    @classmethod
    def enrolled(cls, directory: Path, authority: Authority, device_id: str) -> Box:
        key = ec.generate_private_key(ec.SECP256R1())
        request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
        chain = authority.issue_device_certificate(request, device_id)
        certificate_path, key_path = directory / f"{device_id}.pem", directory / f"{device_id}-key.pem"
        certificate_path.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain))
        key_path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return cls(device_id, KeySigner(key, chain), certificate_path, key_path)

    def session(self, authority: Authority) -> aiohttp.ClientSession:
        context = client_context(authority.ca_pem, certificate_chain=self.certificate_path, private_key=self.key_path)
        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context))


@dataclass
class Post:
    """`erased` lists the attendances whose erasure the forwarder asked for, in order."""

    directory: Path
    aima: StandInAima
    box: Box
    session: aiohttp.ClientSession
    spool: Spool
    erased: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    @property
    def authority(self) -> Authority:
        return self.aima.premises.authority

    def tell(self, fault: Fault, method: str = "", path: str = "", times: int = 1, size: int = 65536) -> None:
        self.aima.conscience.tell(
            Misbehaviour(fault=fault, method=method, path=path, times=times, seconds=0.05, bytes=size)
        )

    def writer(self, package_id: str, parts: list[PartSource] | None = None) -> Callable[[BinaryIO], SealedPackage]:
        chosen = parts or some_parts()
        manifest = manifest_for(chosen, package_id=package_id)
        recipient = self.authority.encryption_certificate
        return lambda out: seal(manifest, chosen, self.box.signer, recipient, out, signing_time=datetime.now(UTC))

    async def enqueue(self, package_id: str = "", parts: list[PartSource] | None = None) -> SpoolEntry:
        package_id = package_id or secrets.token_hex(16)
        return await self.spool.enqueue(package_id, f"of-{package_id}", self.writer(package_id, parts))

    async def seal_again(self, entry: Entry) -> None:
        """As an attendance whose images are intact does it."""
        await self.spool.replace(entry.package_id, self.writer(entry.package_id))

    def forwarder(
        self,
        on_receipted: Callable[[str], Awaitable[None]] | None = None,
        seal_again: Callable[[Entry], Awaitable[None]] | None = None,
    ) -> Forwarder:
        async def erase(attendance_id: str) -> None:
            self.erased.append(attendance_id)

        async def sleep(delay_s: float) -> None:
            self.slept.append(delay_s)
            # Much less than asked for, but not nothing: AIMA looks into a package in a thread of its own.
            await asyncio.sleep(min(delay_s, 0.01))

        return Forwarder(
            queue=self.spool,
            session=self.session,
            origin=self.aima.url,
            receipt_certificate=lambda: self.authority.receipt_certificate,
            on_receipted=lambda entry: (on_receipted or erase)(entry.attendance_id),
            clock=SystemClock(),
            seal_again=seal_again,
            sleep=sleep,
        )

    def received(self) -> list[str]:
        return sorted(path.name for path in (self.directory / "aima" / "received").iterdir())


@asynccontextmanager
async def a_post(directory: Path) -> AsyncIterator[Post]:
    async with AsyncExitStack() as stack:
        aima = await StandInAima.start(directory / "aima")
        stack.push_async_callback(aima.close)
        box = await asyncio.to_thread(Box.enrolled, directory, aima.premises.authority, "box-1")
        for device_id in ("box-1", "box-2"):
            await asyncio.to_thread(aima.premises.records.given, device_id, CONFIGURATION)
        session = await stack.enter_async_context(box.session(aima.premises.authority))
        database = await Database.open(directory / "box.db", bytes(32), SCHEMA)
        stack.push_async_callback(database.close)
        spool = Spool(directory / "spool", database, SystemClock())
        stack.push_async_callback(spool.close)
        await spool.recover()
        yield Post(directory, aima, box, session, spool)
