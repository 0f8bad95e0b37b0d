"""Guessing is slowed, by a bounded delay, and side-by-side attempts gain nothing."""

from __future__ import annotations

import pytest

from appliance.errors import AccessDenied
from appliance.technicians.throttle import Throttle, ThrottleRule
from tests.unit.technicians.people import TurnedClock

RULE = ThrottleRule(free=3, first_s=1, longest_s=8, forgotten_after_s=100)
LOOSE = ThrottleRule(free=10_000, first_s=1, longest_s=1, forgotten_after_s=100)


def _waits(throttle: Throttle, account: str) -> bool:
    try:
        throttle.begin(account)
    except AccessDenied:
        return True
    return False


def test_the_delay_grows_to_its_bound_and_no_further() -> None:
    clock = TurnedClock()
    throttle = Throttle(clock, per_account=RULE, overall=LOOSE)
    delays = []
    for _ in range(9):
        start = clock.seconds
        while _waits(throttle, "ana"):
            clock.seconds += 0.5
        delays.append(clock.seconds - start)
    assert delays == [0, 0, 0, 0, 1, 2, 4, 8, 8]


def test_being_turned_away_does_not_prolong_the_wait() -> None:
    clock = TurnedClock()
    throttle = Throttle(clock, per_account=RULE, overall=LOOSE)
    for _ in range(4):
        throttle.begin("ana")
    for _ in range(1000):
        assert _waits(throttle, "ana")
    clock.seconds += 1
    assert not _waits(throttle, "ana")


def test_another_account_is_not_slowed_until_there_is_too_much_overall() -> None:
    clock = TurnedClock()
    overall = ThrottleRule(free=6, first_s=1, longest_s=2, forgotten_after_s=100)
    throttle = Throttle(clock, per_account=RULE, overall=overall)
    for _ in range(4):
        throttle.begin("ana")
    assert _waits(throttle, "ana")
    assert not _waits(throttle, "rui")
    for name in ("eva", "nuno"):
        throttle.begin(name)
    assert _waits(throttle, "zita")
    clock.seconds += 1
    assert not _waits(throttle, "zita")


def test_success_and_time_both_forget() -> None:
    clock = TurnedClock()
    throttle = Throttle(clock, per_account=RULE, overall=LOOSE)
    for _ in range(3):
        throttle.begin("ana")
    throttle.succeeded("ana")
    for _ in range(4):
        throttle.begin("ana")
    clock.seconds += 101
    for _ in range(4):
        throttle.begin("ana")
    assert _waits(throttle, "ana")


def test_invented_names_are_slowed_like_real_ones_and_memory_is_bounded() -> None:
    throttle = Throttle(TurnedClock(), per_account=LOOSE, overall=LOOSE)
    for number in range(5000):
        throttle.begin(f"nobody-{number}\ud800")
    assert len(throttle._slots) <= 1024


def test_attempts_side_by_side_are_counted_before_their_answer_is_known() -> None:
    throttle = Throttle(TurnedClock(), per_account=RULE, overall=LOOSE)
    for _ in range(4):
        throttle.begin("ana")
    with pytest.raises(AccessDenied) as refused:
        throttle.begin("ana")
    assert refused.value.code == "log-in-throttled"
