"""The event loop's lateness, measured on a clock that the test turns."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.runtime.loop_lag import LagHistogram, LoopLag


class TurnedClock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


async def test_a_tick_that_comes_late_is_recorded_by_how_much() -> None:
    clock = TurnedClock()
    late_s = iter([0.0] * 98 + [0.002, 0.08])

    async def sleep(interval_s: float) -> None:
        try:
            clock.seconds += interval_s + next(late_s)
        except StopIteration:
            raise asyncio.CancelledError from None

    lag = LoopLag(clock=clock, sleep=sleep)
    with pytest.raises(asyncio.CancelledError):
        await lag.run()
    seen = lag.snapshot()
    assert seen.count == 100
    assert seen.max_ms == pytest.approx(80)
    assert seen.p99_ms == pytest.approx(2, rel=0.1)
    assert seen.p50_ms <= 0.1
    lag.reset()
    assert lag.snapshot().count == 0


@given(st.lists(st.floats(0, 100_000), min_size=1, max_size=200))
def test_percentiles_are_right_to_ten_percent_and_never_above_the_maximum(values: list[float]) -> None:
    histogram = LagHistogram()
    for value in values:
        histogram.record(value)
    seen = histogram.snapshot()
    exact = sorted(values)[-(-99 * len(values) // 100) - 1]
    assert seen.max_ms == max(values)
    assert exact <= seen.p99_ms * 1.0001 or exact <= 0.1
    assert seen.p99_ms <= max(0.1, exact * 1.1001)
    assert seen.p50_ms <= seen.p99_ms <= seen.max_ms
