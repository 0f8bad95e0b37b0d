"""What an attendance service does by itself, over and over: retention."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from appliance.attendance.service import AttendanceService

RETENTION_INTERVAL_S = 300.0


async def keep_retention(service: AttendanceService, sleep: Callable[[float], Awaitable[None]]) -> None:
    """A supervised task: what has been open for too long is abandoned and erased."""
    while True:
        await service.apply_retention()
        await sleep(RETENTION_INTERVAL_S)
