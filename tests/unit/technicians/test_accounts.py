"""Logging in over the accounts of the configuration in force."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from appliance.errors import AccessDenied, ConfigurationError
from appliance.technicians.accounts import Accounts, check_accounts
from tests.unit.technicians.people import PASSWORD, TurnedClock, configuration, technician


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
async def accounts(clock: TurnedClock) -> AsyncIterator[Accounts]:
    opened = Accounts(clock=clock)
    # A key under which the two do not share a slot: of a thousand, one would.
    opened._throttle._key = bytes(16)
    assert opened._throttle._slot("ana") != opened._throttle._slot("rui")
    await opened.configure(configuration(technician("ana"), technician("rui")))
    yield opened
    await opened.close()


async def test_a_working_day(accounts: Accounts, clock: TurnedClock) -> None:
    opened = await accounts.log_in("ana", PASSWORD)
    assert accounts.technician(accounts.unlocked_session(opened.token)).technician_id == "ana"
    clock.seconds += 600
    with pytest.raises(AccessDenied) as locked:
        accounts.unlocked_session(opened.token)
    assert locked.value.code == "session-locked"
    with pytest.raises(AccessDenied):
        await accounts.unlock(opened.token, "wrong")
    opened = await accounts.unlock(opened.token, PASSWORD)
    accounts.unlocked_session(opened.token)
    accounts.log_out(opened.token)
    with pytest.raises(AccessDenied):
        accounts.session(opened.token)


async def test_wrong_name_and_wrong_password_look_alike_and_neither_is_logged(accounts: Accounts) -> None:
    answers = []
    with capture_logs() as lines:
        for name, password in (("ana", "wrong"), (PASSWORD, "ana"), ("", "")):
            with pytest.raises(AccessDenied) as refused:
                await accounts.log_in(name, password)
            answers.append(refused.value.to_dict())
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["error"] == "log-in-refused"
    assert PASSWORD not in str(lines)


async def test_guessing_is_slowed_even_with_the_right_password_at_last(accounts: Accounts, clock: TurnedClock) -> None:
    for _ in range(4):
        with pytest.raises(AccessDenied):
            await accounts.log_in("ana", "wrong")
    with pytest.raises(AccessDenied) as refused:
        await accounts.log_in("ana", PASSWORD)
    assert refused.value.code == "log-in-throttled"
    await accounts.log_in("rui", PASSWORD)
    clock.seconds += 1
    await accounts.log_in("ana", PASSWORD)


async def test_a_removed_technician_is_out_at_the_next_configuration(accounts: Accounts) -> None:
    opened = await accounts.log_in("rui", PASSWORD)
    await accounts.configure(configuration(technician("ana")))
    with pytest.raises(AccessDenied):
        accounts.session(opened.token)
    with pytest.raises(AccessDenied) as refused:
        await accounts.log_in("rui", PASSWORD)
    assert refused.value.code == "log-in-refused"


async def test_a_bad_configuration_changes_nothing(accounts: Accounts) -> None:
    bad = configuration(replace(technician("ana"), password_hash="plain"))
    with pytest.raises(ConfigurationError):
        check_accounts(bad)
    with pytest.raises(ConfigurationError):
        await accounts.configure(bad)
    await accounts.log_in("rui", PASSWORD)


async def test_before_any_configuration_nobody_logs_in(clock: TurnedClock) -> None:
    accounts = Accounts(clock=clock)
    try:
        with pytest.raises(AccessDenied):
            await accounts.log_in("ana", PASSWORD)
    finally:
        await accounts.close()
