"""How long the event loop was blocked: a tick that should come on time, and by how much it came late."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from appliance.runtime.clock import Clock, SystemClock

_SMALLEST_MS = 0.1
_RATIO = 1.1
_BUCKETS = 150  # 0.1 ms × 1.1^149 is over two minutes; what is longer lands in the last one


@dataclass(frozen=True, kw_only=True)
class LagSnapshot:
    """Milliseconds by which ticks came late; percentiles are exact to 10 %, the maximum is exact."""

    count: int
    p50_ms: float
    p99_ms: float
    max_ms: float


class LagHistogram:
    """A fixed number of geometric buckets, so that a month of running takes no more memory than a minute."""

    def __init__(self) -> None:
        self._counts = [0] * _BUCKETS
        self._total = 0
        self._max_ms = 0.0

    def record(self, late_ms: float) -> None:
        late_ms = max(0.0, late_ms)
        bucket = 0
        if late_ms > _SMALLEST_MS:
            bucket = min(_BUCKETS - 1, math.ceil(math.log(late_ms / _SMALLEST_MS, _RATIO)))
        self._counts[bucket] += 1
        self._total += 1
        self._max_ms = max(self._max_ms, late_ms)

    def snapshot(self) -> LagSnapshot:
        return LagSnapshot(
            count=self._total, p50_ms=self._quantile(0.50), p99_ms=self._quantile(0.99), max_ms=self._max_ms
        )

    def _quantile(self, quantile: float) -> float:
        """The upper edge of the bucket that holds it, never above the maximum."""
        wanted = math.ceil(quantile * self._total)
        seen = 0
        for bucket, count in enumerate(self._counts):
            seen += count
            if seen >= wanted and seen > 0:
                return min(self._max_ms, _SMALLEST_MS * _RATIO**bucket)
        return 0.0


class LoopLag:
    """A supervised task and its readings. A block shows up short by at most one interval, so the interval is small."""

    def __init__(
        self,
        *,
        interval_s: float = 0.01,
        clock: Clock | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval_s = interval_s
        self._clock = clock or SystemClock()
        self._sleep = sleep
        self._histogram = LagHistogram()

    async def run(self) -> None:
        while True:
            due = self._clock.monotonic() + self._interval_s
            await self._sleep(self._interval_s)
            self._histogram.record((self._clock.monotonic() - due) * 1000)

    def snapshot(self) -> LagSnapshot:
        return self._histogram.snapshot()

    def reset(self) -> None:
        """Forget what was seen so far, e.g. the start-up, before a measurement."""
        self._histogram = LagHistogram()
