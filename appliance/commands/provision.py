"""`claim-kiosk provision`: from a bare box to one that AIMA knows and that has its first configuration.

Every step is durable before the next begins and finds out for itself whether it has been taken, so that the command
may be repeated after any failure, a pulled plug included, with the same one-time code.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from appliance.aima.tls import client_context
from appliance.durable.holdings import holds_data
from appliance.durable.lock import InstanceLock
from appliance.durable.private_file import private_directory, read_private, write_private
from appliance.errors import IdentityError, UsageError
from appliance.identity.certificates import certificates_from_pem, chain_to_pem, check_device_chain
from appliance.identity.est_client import EstClient
from appliance.identity.identity import CHAIN, KEY, STORAGE_KEY, TRUST, Identity
from appliance.identity.keys import DeviceKey
from appliance.identity.storage_key import StorageKey
from appliance.identity.trust_file import Trust, load_trust
from appliance.remote_config.activation import Active, ActiveConfiguration
from appliance.remote_config.fetcher import MutualTlsFetcher
from appliance.remote_config.places import active_file, memory_file
from appliance.remote_config.trust import ConfigurationTrust
from appliance.runtime.clock import Clock, SystemClock, timestamp
from appliance.technicians.accounts import check_accounts

TIMEOUT = aiohttp.ClientTimeout(total=30.0, connect=10.0)
PROPOSED_NAME = "claim-kiosk"
"""AIMA names the box; a request must propose something."""
_TO_ENROL = frozenset({"not-provisioned", "certificate-expired", "certificate-other-key", "certificate-untrusted"})


def is_provisioned(state: Path) -> bool:
    """Whether the last step was taken: a first configuration is in force. Blocking."""
    return active_file(state).exists()


async def provision(
    aima_url: str,
    trust_file: Path,
    otp: str,
    state: Path,
    *,
    progress: Callable[[str], None] = lambda _sentence: None,
    clock: Clock | None = None,
) -> dict[str, Any]:
    """Enrol the box in `state` with the AIMA at `aima_url` and fetch its first configuration.

    Raises UsageError `aima-url`; StateLocked while the daemon runs; IdentityError `trust-missing`, `trust-invalid`,
    `provisioned-elsewhere`, `otp-refused`, `certificate-…`; AimaUnreachable, AimaProtocolError; ConfigurationError.
    """
    clock = clock or SystemClock()
    _check_url(aima_url)
    trust = await asyncio.to_thread(load_trust, trust_file)
    await asyncio.to_thread(private_directory, state)
    lock = InstanceLock(state / "lock")
    await asyncio.to_thread(lock.acquire)
    try:
        identity = await _enrolled(aima_url, trust, otp, state, progress, clock)
        progress("Fetching the first configuration …")
        active = await asyncio.to_thread(_configure, aima_url, identity, state, clock)
    finally:
        lock.release()
    progress(f"This box is {identity.device_id} at {active.configuration.centre.name}.")
    return {
        "device_id": identity.device_id,
        "certificate_expires_at": timestamp(identity.certificate_chain[0].not_valid_after_utc),
        "centre": active.configuration.centre.name,
        "post": active.configuration.post.name,
        "configuration_version": active.configuration.version,
        "configuration_sha256": active.sha256,
    }


async def _enrolled(
    aima_url: str, trust: Trust, otp: str, state: Path, progress: Callable[[str], None], clock: Clock
) -> Identity:
    directory = state / "identity"
    progress("Making the box's keys …")
    key = await asyncio.to_thread(_prepare, directory, trust)
    try:
        return await asyncio.to_thread(Identity.load, directory, clock.now())
    except IdentityError as error:
        if error.code not in _TO_ENROL:
            raise
    progress("Enrolling with AIMA …")
    tls = await asyncio.to_thread(client_context, trust.aima_ca_pem)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls), timeout=TIMEOUT) as session:
        chain = await EstClient(session, aima_url).enrol(key.certificate_request(PROPOSED_NAME), otp)
    # Checked before it is kept: what is on the disk has always been verified.
    check_device_chain(chain, key.public_key, certificates_from_pem(trust.aima_ca_pem), clock.now())
    await asyncio.to_thread(write_private, directory / CHAIN, chain_to_pem(chain))
    return await asyncio.to_thread(Identity.load, directory, clock.now())


def _prepare(directory: Path, trust: Trust) -> DeviceKey:
    """Keys and trust on the disk. Raises IdentityError `provisioned-elsewhere`, `storage-key-missing`."""
    private_directory(directory)
    if read_private(directory / TRUST) is not None and load_trust(directory / TRUST) != trust:
        if read_private(directory / CHAIN) is not None:
            raise IdentityError(
                "This box is enrolled under another trust file: it must be erased before it can change hands.",
                code="provisioned-elsewhere",
            )
        # An earlier try with a wrong file got no certificate, and nothing hangs on it.
        memory_file(directory.parent).unlink(missing_ok=True)
    key = DeviceKey.create_or_load(directory / KEY)
    if holds_data(directory.parent):
        StorageKey.load(directory / STORAGE_KEY)
    else:
        StorageKey.create_or_load(directory / STORAGE_KEY)
    write_private(directory / TRUST, trust.to_bytes())
    return key


def _configure(aima_url: str, identity: Identity, state: Path, clock: Clock) -> Active:
    """In a thread: TUF's client blocks."""
    tls = client_context(
        identity.trust.aima_ca_pem,
        certificate_chain=identity.certificate_chain_path,
        private_key=identity.private_key_path,
    )
    ConfigurationTrust.pin(memory_file(state), identity.trust.tuf_root_bytes())
    signed = ConfigurationTrust(memory_file(state), aima_url, MutualTlsFetcher(tls)).refresh(clock.now())
    return ActiveConfiguration(active_file(state), check_accounts).activate(signed, clock.now())


def _check_url(aima_url: str) -> None:
    try:
        parts = urlsplit(aima_url)
        usable = parts.scheme == "https" and bool(parts.hostname) and parts.username is None and not parts.query
        _ = parts.port
    except ValueError:
        usable = False
    if not usable or re.search(r"\s", aima_url):
        raise UsageError("AIMA's address must begin with https:// and name a host.", code="aima-url")
