"""A step of the wall clock is noticed, and not believed before AIMA vouches for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from appliance.runtime.clock_steps import ClockSteps

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


class Turned:
    def __init__(self) -> None:
        self.wall, self.passed = NOON, timedelta(0)
        self.vouched: datetime | None = None

    def now(self) -> datetime:
        return self.wall + self.passed

    def monotonic(self) -> float:
        return 1000.0 + self.passed.total_seconds()

    def vouch(self) -> None:
        self.passed += SECOND
        self.vouched = self.now()


def test_time_that_passes_is_no_step() -> None:
    clock = Turned()
    steps = ClockSteps(clock, lambda: clock.vouched)
    for _ in range(5):
        clock.passed += 10 * DAY
        clock.wall += SECOND  # the time service at work
        assert steps.steady()


def test_a_step_is_believed_once_aima_vouches_for_it() -> None:
    clock = Turned()
    steps = ClockSteps(clock, lambda: clock.vouched)
    clock.vouch()
    clock.wall += 2 * DAY
    assert [steps.steady(), steps.steady()] == [False, False]
    clock.vouch()
    assert [steps.steady(), steps.steady()] == [True, True]
    # What was vouched for before the next step says nothing of it.
    clock.wall -= 30 * DAY
    assert [steps.steady(), steps.steady()] == [False, False]
    clock.vouch()
    assert steps.steady()


def test_a_step_on_a_step_needs_a_word_of_its_own() -> None:
    clock = Turned()
    steps = ClockSteps(clock, lambda: clock.vouched)
    clock.wall += DAY
    assert not steps.steady()
    clock.vouch()
    clock.wall += DAY
    assert [steps.steady(), steps.steady()] == [False, False]
    clock.vouch()
    assert steps.steady()


def test_a_clock_that_was_put_back_is_believed_without_aima() -> None:
    clock = Turned()
    steps = ClockSteps(clock, lambda: None)
    clock.wall += 3650 * DAY
    assert not steps.steady()
    clock.passed += HOUR
    assert not steps.steady()
    clock.wall -= 3650 * DAY
    assert steps.steady()
