"""The signed configuration under attack: the attack, the name of the refusal, and that the last good one stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from appliance.aima.tls import client_context
from appliance.commands.provision import provision
from appliance.errors import ConfigurationError, StorageCorrupted
from appliance.identity.identity import Identity
from appliance.remote_config.activation import Active, ActiveConfiguration
from appliance.remote_config.fetcher import MutualTlsFetcher
from appliance.remote_config.places import active_file, memory_file
from appliance.remote_config.trust import ConfigurationTrust, SignedConfiguration
from appliance.sandbox.aima.tuf_repository import SHORT, Fault
from tests.workflow.aima import Aima, running_aima


@dataclass
class Box:
    """A provisioned box's eyes on its configuration, with a clock of its own."""

    state: Path
    trust: ConfigurationTrust
    now: datetime

    async def look(self) -> SignedConfiguration:
        return await asyncio.to_thread(self.trust.refresh, self.now)

    async def in_force(self) -> Active | None:
        return await asyncio.to_thread(ActiveConfiguration(active_file(self.state)).load)


@pytest.fixture
async def aima(tmp_path: Path) -> AsyncIterator[Aima]:
    async with running_aima(tmp_path) as aima:
        yield aima


@pytest.fixture
async def box(aima: Aima, tmp_path: Path) -> AsyncIterator[Box]:
    state = tmp_path / "box"
    await provision(aima.url, aima.trust_file, await aima.otp(), state)
    identity = await asyncio.to_thread(Identity.load, state / "identity", datetime.now(UTC))
    tls = client_context(
        identity.trust.aima_ca_pem,
        certificate_chain=identity.certificate_chain_path,
        private_key=identity.private_key_path,
    )
    trust = ConfigurationTrust(memory_file(state), aima.url, MutualTlsFetcher(tls))
    yield Box(state, trust, datetime.now(UTC))
    trust.close()


FAULTS = [
    (Fault.ROLLED_BACK, "configuration-rolled-back"),
    (Fault.EXPIRED, "configuration-expired"),
    (Fault.UNDER_SIGNED, "configuration-under-signed"),
    (Fault.TAMPERED, "configuration-tampered"),
]


@pytest.mark.parametrize(("fault", "code"), FAULTS, ids=[code for _, code in FAULTS])
async def test_a_bad_publication_is_refused_by_name_and_an_ordinary_one_heals_it(
    aima: Aima, box: Box, fault: Fault, code: str
) -> None:
    before = await box.in_force()
    await aima.publish(aima.changed(version="2"), fault)
    for _ in range(2):
        with pytest.raises(ConfigurationError) as refused:
            await box.look()
        assert refused.value.code == code
    assert await box.in_force() == before

    await aima.publish(aima.changed(version="3"))
    assert msgspec.json.decode((await box.look()).data)["version"] == "3"


async def test_a_replayed_old_state_is_refused_after_a_restart_too(aima: Aima, box: Box) -> None:
    """The whole repository goes back to an earlier day, correctly signed."""
    repository = aima.server.premises.repository
    earlier = repository._published
    for version in ("2", "3"):
        await aima.publish(aima.changed(version=version))
        await box.look()
    repository._published, repository._timestamp = earlier, None
    after_restart = ConfigurationTrust(memory_file(box.state), aima.url, box.trust._fetcher)
    with pytest.raises(ConfigurationError) as refused:
        await asyncio.to_thread(after_restart.refresh, box.now)
    assert refused.value.code == "configuration-rolled-back"


async def test_a_frozen_timestamp_is_found_out_by_its_age(aima: Aima, box: Box) -> None:
    await box.look()
    box.now += SHORT + timedelta(minutes=1)
    with pytest.raises(ConfigurationError) as refused:
        await box.look()
    assert refused.value.code == "configuration-expired"


async def test_a_clock_set_back_does_not_bring_an_expired_timestamp_back_to_life(aima: Aima, box: Box) -> None:
    box.now += SHORT - timedelta(minutes=10)
    await box.look()  # in force at this moment, which is now remembered
    await aima.publish(aima.changed(version="2"), Fault.EXPIRED)
    box.now -= timedelta(days=400)
    with pytest.raises(ConfigurationError) as refused:
        await box.look()
    assert refused.value.code == "configuration-expired"


async def test_a_clock_far_ahead_for_a_while_does_no_lasting_harm(aima: Aima, box: Box) -> None:
    right = box.now
    box.now = right + timedelta(days=3000)
    with pytest.raises(ConfigurationError) as refused:
        await box.look()
    assert refused.value.code == "configuration-expired"
    box.now = right
    await aima.publish(aima.changed(version="2"))
    assert msgspec.json.decode((await box.look()).data)["version"] == "2"


GARBAGE: list[tuple[str, bytes]] = [
    ("empty", b""),
    ("not JSON", b"<html>garbage</html>"),
    ("not metadata", b'{"signed": {}, "signatures": []}'),
    ("endless", b" " * (64 * 1024)),
]


@pytest.mark.parametrize("body", [body for _, body in GARBAGE], ids=[name for name, _ in GARBAGE])
async def test_garbage_for_a_timestamp_is_refused_by_name(
    aima: Aima, box: Box, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    repository = aima.server.premises.repository
    original: Callable[[str], bytes | None] = repository.metadata
    monkeypatch.setattr(repository, "metadata", lambda name: body if name == "timestamp.json" else original(name))
    with pytest.raises(ConfigurationError) as refused:
        await box.look()
    assert refused.value.code == "configuration-tampered"


async def test_a_root_signed_by_nobody_we_know_is_refused(
    aima: Aima, box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_aima(tmp_path / "other") as other:
        stranger = other.server.premises.repository
        root = msgspec.json.decode(stranger._root)
        root["signed"]["version"] = 2
        forged = msgspec.json.encode(root)
    repository = aima.server.premises.repository
    original: Callable[[str], bytes | None] = repository.metadata
    monkeypatch.setattr(repository, "metadata", lambda name: forged if name == "2.root.json" else original(name))
    with pytest.raises(ConfigurationError) as refused:
        await box.look()
    assert refused.value.code == "configuration-under-signed"


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"root": "{}", "extra": 1}', b"\xff\xfe"])
async def test_a_damaged_memory_is_never_taken_for_a_fresh_start(box: Box, damage: bytes) -> None:
    memory_file(box.state).write_bytes(damage)
    with pytest.raises(StorageCorrupted) as refused:
        await box.look()
    assert refused.value.code == "configuration-memory-damaged"


async def test_without_a_client_certificate_nothing_is_served(aima: Aima, box: Box) -> None:
    tls = client_context(aima.server.premises.authority.ca_pem)
    stranger = ConfigurationTrust(memory_file(box.state), aima.url, MutualTlsFetcher(tls))
    with pytest.raises(ConfigurationError) as refused:
        await asyncio.to_thread(stranger.refresh, box.now)
    assert refused.value.code == "configuration-unreachable"


async def test_another_ca_s_server_is_not_believed_to_be_aima(box: Box, tmp_path: Path) -> None:
    async with running_aima(tmp_path / "other") as other:
        elsewhere = ConfigurationTrust(memory_file(box.state), other.url, box.trust._fetcher)
        with pytest.raises(ConfigurationError) as refused:
            await asyncio.to_thread(elsewhere.refresh, box.now)
    assert refused.value.code == "configuration-unreachable"
