"""Is there room for a day's attendances?"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from appliance.health.finding import Finding, failed, ok, warning

CHECK = "disk-space"
ENOUGH_BYTES = 4 * 1024**3
"""45 attendances a day of up to 60 MB, and as much again while they are sealed."""
LEAST_BYTES = 512 * 1024**2


def judge_disk_space(free_bytes: int) -> Finding:
    free = f"{free_bytes / 1024**3:.1f} GiB"
    if free_bytes < LEAST_BYTES:
        return failed(
            CHECK, "disk-full", f"Only {free} of disk are free: connect the network so that the queue empties."
        )
    if free_bytes < ENOUGH_BYTES:
        return warning(CHECK, "disk-low", f"Only {free} of disk are free: tell the field engineer.")
    return ok(CHECK, f"{free} of disk are free.")


async def check_disk_space(state: Path) -> Finding:
    """Looks at the file system that holds the state directory; raises OSError."""
    return judge_disk_space((await asyncio.to_thread(shutil.disk_usage, state)).free)
