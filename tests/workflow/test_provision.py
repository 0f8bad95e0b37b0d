"""From a bare box to one that AIMA knows: over EST and TUF, interrupted at any step, refused by name."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from appliance.commands import provision as provision_module
from appliance.commands.provision import is_provisioned, provision
from appliance.durable.lock import InstanceLock
from appliance.errors import (
    AimaUnreachable,
    ConfigurationError,
    IdentityError,
    KioskError,
    StateLocked,
    UsageError,
)
from appliance.identity.certificates import chain_to_pem
from appliance.identity.identity import CHAIN, KEY, STORAGE_KEY, Identity
from appliance.identity.keys import DeviceKey
from appliance.identity.trust_file import trust_to_bytes
from appliance.remote_config.activation import ActiveConfiguration
from appliance.remote_config.places import active_file
from appliance.sandbox.aima.authority import Authority
from appliance.sandbox.aima.tuf_repository import Fault
from tests.workflow.aima import Aima, running_aima


@pytest.fixture
async def aima(tmp_path: Path) -> AsyncIterator[Aima]:
    async with running_aima(tmp_path) as aima:
        yield aima


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """Where a bare box will keep its state."""
    return tmp_path / "box"


async def test_a_bare_box_becomes_one_that_aima_knows(aima: Aima, box: Path) -> None:
    told: list[str] = []
    done = await provision(aima.url, aima.trust_file, await aima.otp("kiosk-7"), box, progress=told.append)

    assert done["device_id"] == "kiosk-7"
    assert done["configuration_version"] == "demonstration-1"
    assert len(told) == 4
    assert await asyncio.to_thread(is_provisioned, box)
    identity = await asyncio.to_thread(Identity.load, box / "identity", datetime.now(UTC))
    assert identity.device_id == "kiosk-7"
    assert len(identity.signer().certificate_chain) == 2
    active = await asyncio.to_thread(ActiveConfiguration(active_file(box)).load)
    assert active is not None
    assert active.sha256 == done["configuration_sha256"]


async def test_what_is_kept_can_be_read_by_its_owner_only(aima: Aima, box: Path) -> None:
    await provision(aima.url, aima.trust_file, await aima.otp(), box)
    assert _modes(box) == {True: {0o700}, False: {0o600}}


def _modes(box: Path) -> dict[bool, set[int]]:
    """The modes of directories (True) and of files (False)."""
    modes: dict[bool, set[int]] = {True: set(), False: set()}
    for path in box.rglob("*"):
        modes[path.is_dir()].add(stat.S_IMODE(path.stat().st_mode))
    return modes


async def test_repeating_it_changes_nothing_of_the_identity(aima: Aima, box: Path) -> None:
    otp = await aima.otp()
    first = await provision(aima.url, aima.trust_file, otp, box)
    before = {name: (box / "identity" / name).read_bytes() for name in (KEY, CHAIN, STORAGE_KEY)}
    assert await provision(aima.url, aima.trust_file, otp, box) == first
    assert {name: (box / "identity" / name).read_bytes() for name in before} == before


async def test_a_one_time_password_serves_one_box(aima: Aima, box: Path, tmp_path: Path) -> None:
    otp = await aima.otp()
    await provision(aima.url, aima.trust_file, otp, box)
    with pytest.raises(IdentityError) as refused:
        await provision(aima.url, aima.trust_file, otp, tmp_path / "another")
    assert refused.value.code == "otp-refused"
    assert not await asyncio.to_thread(is_provisioned, tmp_path / "another")


class _PulledPlug(BaseException):
    """Not an Exception: nothing may catch it and tidy up."""


def _unplug_at(monkeypatch: pytest.MonkeyPatch, name: str, *, after: bool) -> None:
    original: Callable[..., Any] = getattr(provision_module, name)

    def pulled(*args: Any, **kwargs: Any) -> Any:
        if after:
            original(*args, **kwargs)
        raise _PulledPlug

    monkeypatch.setattr(provision_module, name, pulled)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["_prepare", "check_device_chain", "chain_to_pem", "_configure"])
async def test_a_pulled_plug_is_mended_by_repeating_the_command(
    aima: Aima, box: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    otp = await aima.otp()
    with monkeypatch.context() as patch:
        _unplug_at(patch, step, after=after)
        with pytest.raises(_PulledPlug):
            await provision(aima.url, aima.trust_file, otp, box)
    key = box / "identity" / KEY
    before = key.read_bytes() if key.exists() else None

    await provision(aima.url, aima.trust_file, otp, box)

    assert await asyncio.to_thread(is_provisioned, box)
    assert before in (None, key.read_bytes())


async def test_an_answer_that_was_lost_is_given_again_to_the_same_key(
    aima: Aima, box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    otp = await aima.otp()
    with monkeypatch.context() as patch:
        _unplug_at(patch, "check_device_chain", after=False)
        with pytest.raises(_PulledPlug):
            await provision(aima.url, aima.trust_file, otp, box)
    assert not (box / "identity" / CHAIN).exists()
    await provision(aima.url, aima.trust_file, otp, box)
    leaf = x509.load_pem_x509_certificate((box / "identity" / CHAIN).read_bytes())
    assert leaf.issuer == aima.server.premises.authority.issuing_ca.subject


async def test_a_box_is_not_taken_over_by_another_trust_file(aima: Aima, box: Path, tmp_path: Path) -> None:
    await provision(aima.url, aima.trust_file, await aima.otp(), box)
    async with running_aima(tmp_path / "other") as other:
        with pytest.raises(IdentityError) as refused:
            await provision(other.url, other.trust_file, await other.otp(), box)
    assert refused.value.code == "provisioned-elsewhere"


async def test_a_wrong_trust_file_tried_first_does_no_harm(aima: Aima, box: Path, tmp_path: Path) -> None:
    other = await asyncio.to_thread(Authority.create_or_load, tmp_path / "other")
    wrong = tmp_path / "wrong.json"
    wrong.write_bytes(trust_to_bytes(other.ca_pem, aima.server.premises.repository.root))
    with pytest.raises(AimaUnreachable) as refused:
        await provision(aima.url, wrong, await aima.otp(), box)
    assert refused.value.code == "aima-untrusted"
    await provision(aima.url, aima.trust_file, await aima.otp(), box)
    assert await asyncio.to_thread(is_provisioned, box)


async def test_it_waits_for_no_running_daemon(aima: Aima, box: Path) -> None:
    await asyncio.to_thread(box.mkdir)
    lock = InstanceLock(box / "lock")
    await asyncio.to_thread(lock.acquire)
    try:
        with pytest.raises(StateLocked):
            await provision(aima.url, aima.trust_file, await aima.otp(), box)
    finally:
        lock.release()


async def test_a_first_configuration_that_is_no_good_is_refused_and_mended(aima: Aima, box: Path) -> None:
    otp = await aima.otp()
    await aima.publish(aima.changed(areas=[]))
    with pytest.raises(ConfigurationError) as refused:
        await provision(aima.url, aima.trust_file, otp, box)
    assert refused.value.code == "configuration-invalid"
    assert "`areas`" in refused.value.sentence
    assert not await asyncio.to_thread(is_provisioned, box)
    await aima.publish(aima.changed())
    await provision(aima.url, aima.trust_file, otp, box)
    assert await asyncio.to_thread(is_provisioned, box)


async def test_a_first_configuration_with_too_few_signatures_is_refused(aima: Aima, box: Path) -> None:
    await aima.publish(aima.changed(), Fault.UNDER_SIGNED)
    with pytest.raises(ConfigurationError) as refused:
        await provision(aima.url, aima.trust_file, await aima.otp(), box)
    assert refused.value.code == "configuration-under-signed"


async def test_a_certificate_that_ran_out_is_had_anew_with_a_new_password(aima: Aima, box: Path) -> None:
    await provision(aima.url, aima.trust_file, await aima.otp("kiosk-1"), box)
    before = (box / "identity" / CHAIN).read_bytes()
    premises = aima.server.premises
    # What the box holds now has already run out.
    key = await asyncio.to_thread(DeviceKey.load, box / "identity" / KEY)
    csr = key.certificate_request("kiosk-1")
    chain = premises.authority.issue_device_certificate(csr, "kiosk-1", lifetime=timedelta(hours=-1))
    (box / "identity" / CHAIN).write_bytes(chain_to_pem(chain))
    await provision(aima.url, aima.trust_file, await aima.otp("kiosk-1"), box)
    assert (box / "identity" / CHAIN).read_bytes() != before
    assert (await asyncio.to_thread(Identity.load, box / "identity", datetime.now(UTC))).device_id == "kiosk-1"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1", "aima.invalid", "https://", "https://user@aima.invalid", "https://a b", "https://a:99999"],
)
async def test_an_address_that_is_none_is_refused(url: str, box: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        await provision(url, tmp_path / "trust.json", "X", box)
    assert refused.value.code == "aima-url"


async def test_nobody_at_the_address_is_told_as_such(aima: Aima, box: Path, loopback_port: int) -> None:
    with pytest.raises(KioskError) as refused:
        await provision(f"https://127.0.0.1:{loopback_port}", aima.trust_file, "X", box)
    assert refused.value.code == "aima-unreachable"
