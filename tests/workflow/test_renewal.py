"""A box renews its certificate by itself, under its own name and key; one that was too late still starts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.commands.provision import provision
from appliance.errors import IdentityError
from appliance.identity.certificates import chain_to_pem
from appliance.identity.identity import Identity
from appliance.identity.in_force import IdentityInForce, renewal_due
from tests.workflow.aima import Aima, running_aima, session_of


@dataclass
class SettableClock:
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
async def aima(tmp_path: Path) -> AsyncIterator[Aima]:
    async with running_aima(tmp_path) as aima:
        yield aima


@pytest.fixture
async def directory(aima: Aima, tmp_path: Path) -> Path:
    await provision(aima.url, aima.trust_file, await aima.otp("kiosk-3"), tmp_path / "box")
    return tmp_path / "box" / "identity"


async def _load(directory: Path) -> Identity:
    return await asyncio.to_thread(Identity.load, directory, datetime.now(UTC), out_of_date_allowed=True)


async def _with_lifetime(aima: Aima, directory: Path, lifetime: timedelta) -> Identity:
    """The box holds a certificate that lasts this much longer (each begins a day before it is issued)."""
    identity = await _load(directory)
    request = identity.key.certificate_request("kiosk-3")
    chain = aima.server.premises.authority.issue_device_certificate(request, "kiosk-3", lifetime=lifetime)
    identity.certificate_chain_path.write_bytes(chain_to_pem(chain))
    return await _load(directory)


async def test_in_the_last_third_of_its_life_it_is_renewed_durably(aima: Aima, directory: Path) -> None:
    before = await _with_lifetime(aima, directory, timedelta(hours=6))
    told: list[Identity] = []
    async with session_of(before) as session:
        in_force = IdentityInForce(
            before, session=session, aima_url=aima.url, clock=SettableClock(), on_renewed=told.append
        )
        assert await in_force.renew_if_due()
        assert not await in_force.renew_if_due()
    after = await _load(directory)
    assert told == [in_force.current]
    assert after.certificate_chain == in_force.current.certificate_chain != before.certificate_chain
    assert after.device_id == "kiosk-3"
    assert after.key.public_key == before.key.public_key
    assert in_force.signer().certificate_chain == after.certificate_chain


async def test_before_that_it_is_left_alone(aima: Aima, directory: Path) -> None:
    identity = await _load(directory)
    async with session_of(identity) as session:
        in_force = IdentityInForce(identity, session=session, aima_url=aima.url, clock=SettableClock())
        assert not await in_force.renew_if_due()
        assert in_force.current is identity


async def test_an_unreachable_aima_is_asked_again_later(aima: Aima, directory: Path) -> None:
    before = await _with_lifetime(aima, directory, timedelta(hours=6))
    await aima.server.close()
    slept: list[float] = []

    class _Enough(Exception):
        pass

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise _Enough

    async with session_of(before) as session:
        in_force = IdentityInForce(before, session=session, aima_url=aima.url, clock=SettableClock())
        with pytest.raises(_Enough):
            await in_force.run(sleep=sleep)
    assert in_force.current is before


async def test_one_that_has_run_out_lets_the_box_start_but_sign_nothing(aima: Aima, directory: Path) -> None:
    identity = await _with_lifetime(aima, directory, timedelta(hours=-1))
    with pytest.raises(IdentityError) as refused:
        await asyncio.to_thread(Identity.load, directory, datetime.now(UTC))
    assert refused.value.code == "certificate-expired"
    async with session_of(identity) as session:
        in_force = IdentityInForce(identity, session=session, aima_url=aima.url, clock=SettableClock())
        assert not await in_force.renew_if_due()
        with pytest.raises(IdentityError) as refused:
            in_force.signer()
    assert refused.value.code == "certificate-expired"


NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.integers(min_value=1, max_value=3650), st.floats(min_value=-1, max_value=2))
def test_renewal_is_due_in_the_last_third_and_never_outside_the_certificate_s_life(days: int, share: float) -> None:
    not_after = NOT_BEFORE + timedelta(days=days)
    now = NOT_BEFORE + timedelta(days=days) * share
    due = renewal_due(NOT_BEFORE, not_after, now)
    if share < 0.66 or share > 1.001:
        assert not due
    if 0.67 < share < 0.999:
        assert due
