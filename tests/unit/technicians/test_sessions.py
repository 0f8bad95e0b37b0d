"""Sessions lock when idle and end when they must."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from appliance.errors import AccessDenied
from appliance.technicians.sessions import Sessions
from tests.unit.technicians.people import TurnedClock, technician

ANA = technician()


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def sessions(clock: TurnedClock) -> Sessions:
    return Sessions(clock, lock_after_s=600, absolute_limit_s=3600)


def _code(refused: pytest.ExceptionInfo[AccessDenied]) -> str:
    return refused.value.code


def test_a_session_is_found_by_its_token_alone(sessions: Sessions) -> None:
    opened = sessions.open(ANA)
    assert sessions.resolve(opened.token) == opened.session
    assert not opened.session.locked
    for token in ("", "x", opened.session.csrf_token, opened.token[:-1], "\ud800"):
        with pytest.raises(AccessDenied) as refused:
            sessions.resolve(token)
        assert _code(refused) == "session-ended"
    assert opened.token not in repr(sessions.__dict__)


def test_work_keeps_it_unlocked_but_polling_does_not(sessions: Sessions, clock: TurnedClock) -> None:
    token = sessions.open(ANA).token
    clock.seconds += 599
    assert not sessions.resolve(token).locked
    clock.seconds += 599
    assert not sessions.resolve(token, activity=False).locked
    clock.seconds += 1
    with pytest.raises(AccessDenied) as refused:
        sessions.require_unlocked(token)
    assert _code(refused) == "session-locked"
    clock.seconds -= 100
    assert sessions.resolve(token).locked, "a locked screen is unlocked by the password only"


def test_unlocking_changes_both_tokens(sessions: Sessions) -> None:
    before = sessions.open(ANA)
    sessions.lock(before.token)
    assert sessions.resolve(before.token).locked
    after = sessions.unlock(before.token)
    assert not after.session.locked
    assert after.session.csrf_token != before.session.csrf_token
    with pytest.raises(AccessDenied):
        sessions.resolve(before.token)


def test_unlocking_does_not_move_the_absolute_limit(sessions: Sessions, clock: TurnedClock) -> None:
    token = sessions.open(ANA).token
    clock.seconds += 3599
    token = sessions.unlock(token).token
    clock.seconds += 1
    with pytest.raises(AccessDenied) as refused:
        sessions.resolve(token)
    assert _code(refused) == "session-ended"


def test_logging_out_ends_it_at_once(sessions: Sessions) -> None:
    token = sessions.open(ANA).token
    sessions.close(token)
    sessions.close(token)
    with pytest.raises(AccessDenied):
        sessions.resolve(token)


def test_a_form_must_carry_the_sessions_own_token(sessions: Sessions) -> None:
    ours, other = sessions.open(ANA), sessions.open(ANA)
    sessions.check_csrf(ours.token, ours.session.csrf_token)
    for wrong in ("", other.session.csrf_token, ours.token, "é"):
        with pytest.raises(AccessDenied) as refused:
            sessions.check_csrf(ours.token, wrong)
        assert _code(refused) == "csrf"


def test_a_new_configuration_ends_sessions_of_whom_it_removes_or_gives_a_new_password(sessions: Sessions) -> None:
    rui, eva = technician("rui"), technician("eva")
    tokens = {one.technician_id: sessions.open(one).token for one in (ANA, rui, eva)}
    sessions.configure([replace(ANA, name="Ana M."), technician("eva")], lock_after_s=60)
    assert sessions.resolve(tokens["ana"]).technician_id == "ana"
    for name in ("rui", "eva"):
        with pytest.raises(AccessDenied):
            sessions.resolve(tokens[name])


def test_a_new_lock_time_holds_for_open_sessions(sessions: Sessions, clock: TurnedClock) -> None:
    token = sessions.open(ANA).token
    sessions.configure([ANA], lock_after_s=60)
    clock.seconds += 60
    assert sessions.resolve(token).locked


def test_the_oldest_of_too_many_gives_way(sessions: Sessions) -> None:
    tokens = [sessions.open(ANA).token for _ in range(5)]
    with pytest.raises(AccessDenied):
        sessions.resolve(tokens[0])
    for token in tokens[1:]:
        sessions.resolve(token)
