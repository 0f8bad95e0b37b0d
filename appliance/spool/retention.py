"""How long the record that something was sent is kept, once nothing of it is left: the configuration says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

from appliance.runtime.clock import Clock, timestamp

INTERVAL_S = 3600.0


class Records(Protocol):
    """What is needed of `spool.Spool`."""

    async def forget_before(self, moment: str) -> None: ...


async def keep_records(
    records: Records,
    days: Callable[[], int | None],
    clock: Clock,
    *,
    interval_s: float = INTERVAL_S,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """A supervised task. `days` is `retention.sent_record_days`, None while there is no configuration."""
    while True:
        kept_days = days()
        if kept_days is not None:
            await records.forget_before(timestamp(clock.now() - timedelta(days=kept_days)))
        await sleep(interval_s)
