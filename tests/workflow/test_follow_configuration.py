"""A box follows AIMA's configuration: at once by a hint, by polling otherwise, and through everything in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.aima.tls import client_context
from appliance.commands.provision import provision
from appliance.errors import DiskFull
from appliance.identity.identity import Identity
from appliance.remote_config.activation import ActiveConfiguration
from appliance.remote_config.fetcher import MutualTlsFetcher
from appliance.remote_config.follower import Follower, Pace
from appliance.remote_config.places import active_file, memory_file
from appliance.remote_config.trust import ConfigurationTrust
from appliance.runtime.clock import SystemClock
from appliance.sandbox.aima.tuf_repository import Fault
from tests.workflow.aima import Aima, running_aima, session_of
from tests.workflow.wire import Wire

NEVER_S = 3600.0
HINTS_ONLY = Pace(with_hints_s=NEVER_S, without_hints_s=0.05)
DEAD_SOON = Pace(with_hints_s=NEVER_S, without_hints_s=NEVER_S, heartbeat_s=0.4)
POLLING = Pace(with_hints_s=0.1, without_hints_s=0.1)


@dataclass
class Following:
    """What a box was told, in order; `until` waits for something to become true of it."""

    follower: Follower
    told: list[str] = field(default_factory=list)

    def tell(self, what: str) -> None:
        self.told.append(what)

    async def until(self, condition: Callable[[], bool], deadline_s: float = 20.0) -> None:
        async with asyncio.timeout(deadline_s):
            while not condition():
                await asyncio.sleep(0.02)

    async def hears(self, what: str) -> None:
        await self.until(lambda: what in self.told)


@pytest.fixture
async def aima(tmp_path: Path) -> AsyncIterator[Aima]:
    async with running_aima(tmp_path) as aima:
        yield aima


@pytest.fixture
async def box(aima: Aima, tmp_path: Path) -> Path:
    await provision(aima.url, aima.trust_file, await aima.otp(), tmp_path / "box")
    return tmp_path / "box"


@asynccontextmanager
async def following(box: Path, url: str, pace: Pace) -> AsyncIterator[Following]:
    identity = await asyncio.to_thread(Identity.load, box / "identity", datetime.now(UTC))
    tls = client_context(
        identity.trust.aima_ca_pem,
        certificate_chain=identity.certificate_chain_path,
        private_key=identity.private_key_path,
    )
    active = ActiveConfiguration(active_file(box))
    async with session_of(identity) as session:
        follower = Follower(
            trust=ConfigurationTrust(memory_file(box), url, MutualTlsFetcher(tls)),
            active=active,
            in_force=await asyncio.to_thread(active.load),
            session=session,
            aima_url=url,
            clock=SystemClock(),
            on_activated=lambda configuration: box_told.tell(f"activated {configuration.version}"),
            on_refused=lambda error: box_told.tell(error.code),
            on_confirmed=lambda: box_told.tell("confirmed"),
            pace=pace,
        )
        box_told = Following(follower)
        task = asyncio.create_task(follower.run())
        try:
            yield box_told
        finally:
            task.cancel()
            await asyncio.wait({task})
            await follower.close()


async def _publish_with_hint(aima: Aima, version: str) -> None:
    await aima.publish(aima.changed(version=version))
    await aima.server.hints.broadcast()


async def _publish_in_silence(aima: Aima, version: str) -> None:
    await aima.publish(aima.changed(version=version))


@pytest.mark.parametrize(
    ("pace", "push"), [(HINTS_ONLY, _publish_with_hint), (POLLING, _publish_in_silence)], ids=["hint", "polling"]
)
async def test_a_new_configuration_is_activated_and_kept(
    aima: Aima, box: Path, pace: Pace, push: Callable[[Aima, str], Awaitable[None]]
) -> None:
    async with following(box, aima.url, pace) as told:
        await told.until(lambda: told.follower.hinted and told.follower.confirmed_at is not None)
        await push(aima, "2")
        await told.hears("activated 2")
    kept = await asyncio.to_thread(ActiveConfiguration(active_file(box)).load)
    assert kept is not None
    assert kept.configuration.version == "2"


async def test_what_is_in_force_already_is_not_activated_again(aima: Aima, box: Path) -> None:
    async with following(box, aima.url, POLLING) as told:
        await told.until(lambda: told.follower.confirmed_at is not None)
        first = told.follower.confirmed_at
        await told.until(lambda: told.follower.confirmed_at != first)
        assert told.told == []


REFUSED = [
    (Fault.ROLLED_BACK, "configuration-rolled-back"),
    (Fault.EXPIRED, "configuration-expired"),
    (Fault.UNDER_SIGNED, "configuration-under-signed"),
    (Fault.TAMPERED, "configuration-tampered"),
    (None, "configuration-invalid"),
]


@pytest.mark.parametrize(("fault", "code"), REFUSED, ids=[code for _, code in REFUSED])
async def test_a_refusal_is_told_once_by_name_and_healed_by_the_next_good_one(
    aima: Aima, box: Path, fault: Fault | None, code: str
) -> None:
    async with following(box, aima.url, POLLING) as told:
        bad = aima.changed(version="2") if fault else aima.changed(version="2", post={})
        await aima.publish(bad, fault)
        await told.hears(code)
        assert told.follower.trouble is not None
        assert told.follower.in_force is not None
        assert told.follower.in_force.configuration.version == "demonstration-1"
        await asyncio.sleep(0.5)  # several more looks
        assert told.told == [code]
        await _publish_in_silence(aima, "3")
        await told.hears("activated 3")
        assert told.follower.trouble is None


async def test_a_box_that_starts_without_aima_waits_for_it(aima: Aima, box: Path, tmp_path: Path) -> None:
    port = int(aima.url.rpartition(":")[2])
    await aima.server.close()
    async with following(box, aima.url, POLLING) as told:
        await told.hears("configuration-unreachable")
        assert told.follower.in_force is not None
        again = await type(aima.server).start(tmp_path / "aima", port=port)
        try:
            await told.hears("confirmed")
            assert told.told == ["configuration-unreachable", "confirmed"]
            await told.until(lambda: told.follower.hinted)
        finally:
            await again.close()


async def test_a_channel_that_died_without_a_word_is_given_up(aima: Aima, box: Path) -> None:
    """Open, and dead: nothing comes through any more, neither hints nor an end."""
    async with Wire(aima.url) as wire, following(box, wire.url, DEAD_SOON) as told:
        await told.until(lambda: told.follower.hinted and told.follower.confirmed_at is not None)
        await asyncio.sleep(0.3)  # the look that a new channel asks for
        wire.cut_in_silence()
        await _publish_with_hint(aima, "2")
        await told.hears("activated 2")
    assert told.told == ["activated 2"]


async def test_a_box_that_does_not_listen_is_cut_off_and_not_only_forgotten(
    aima: Aima, box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.sandbox.aima.hints._SEND_TIMEOUT_S", 0.05)

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    async with following(box, aima.url, HINTS_ONLY) as told:
        await told.until(lambda: told.follower.hinted and told.follower.confirmed_at is not None)
        await asyncio.sleep(0.3)
        with monkeypatch.context() as patch:
            patch.setattr("aiohttp.web.WebSocketResponse.send_str", never)
            await _publish_with_hint(aima, "2")
        await told.hears("activated 2")


async def test_after_a_refusal_of_our_own_it_looks_again_soon_whatever_the_channel(
    aima: Aima, box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = True

    def activate(active: ActiveConfiguration, *args: Any) -> Any:
        if full:
            raise DiskFull("The disk is full.")
        return real(active, *args)

    real = ActiveConfiguration.activate
    monkeypatch.setattr(ActiveConfiguration, "activate", activate)
    async with following(box, aima.url, HINTS_ONLY) as told:
        await told.until(lambda: told.follower.hinted and told.follower.confirmed_at is not None)
        await _publish_with_hint(aima, "2")
        await told.hears(DiskFull("").code)
        assert told.follower.hinted
        full = False
        await told.hears("activated 2")


async def test_whatever_else_comes_over_the_channel_does_nothing(aima: Aima, box: Path) -> None:
    async with following(box, aima.url, HINTS_ONLY) as told:
        await told.until(lambda: told.follower.hinted and told.follower.confirmed_at is not None)
        await asyncio.sleep(0.3)  # the look that a new channel asks for
        await aima.publish(aima.changed(version="2"))
        for listener in tuple(aima.server.hints._listeners):
            await listener.send_str("activate this: {}")
            await listener.send_bytes(b"refresh")
        await asyncio.sleep(0.3)
        assert told.told == []
        await aima.server.hints.broadcast()
        await told.hears("activated 2")
