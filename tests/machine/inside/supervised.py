"""A device as the daemon keeps it: its driver in a host process, its supervisor, and udev's events where asked for."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from appliance.devices.deadlines import Deadlines
from appliance.devices.hosted_device import HostedDevice
from appliance.devices.plugging import PlugWatch
from appliance.errors import DeviceError
from appliance.model.device import DeviceState
from drivers.contracts import Request
from drivers.profiles import load_profiles

PATIENT: Final = Deadlines(open_s=90.0, presence_s=90.0, frame_grace_s=60.0, ping_s=30.0, shutdown_s=5.0)
"""A machine that is only computed is ten times slower than a box; what is measured is measured beside these."""
_WAIT_S: Final = 120.0
_LET_GO_S: Final = 20.0


@asynccontextmanager
async def supervised(
    profile_id: str, options: dict[str, object], *, hears_udev: bool = True
) -> AsyncIterator[HostedDevice]:
    device = HostedDevice(profile_id, load_profiles()[profile_id], options, deadlines=PATIENT)
    watch = asyncio.create_task(PlugWatch(device.heed).run()) if hears_udev else None
    device.start()
    try:
        yield device
    finally:
        await device.close()
        if watch is not None:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)


async def until(what: Callable[[], bool], wait_s: float = _WAIT_S) -> float:
    """Seconds until that is so. TimeoutError."""
    started = time.monotonic()
    async with asyncio.timeout(wait_s):
        while not what():
            await asyncio.sleep(0.01)
    return time.monotonic() - started


async def named_by_udev() -> None:
    """Until udev has named what was plugged in."""
    await asyncio.sleep(1.0)
    settled = await asyncio.create_subprocess_exec("udevadm", "settle", "--timeout=60")
    await settled.wait()


async def ready(device: HostedDevice) -> float:
    return await until(lambda: device.status().state is DeviceState.READY)


async def failure(device: HostedDevice, request: Request, on_frame: Callable[[], None] = lambda: None) -> str:
    """The code with which a capture ends; empty when it ends well."""
    try:
        async with device.frames(request) as frames:
            async for _ in frames:
                on_frame()
    except DeviceError as error:
        return error.code
    return ""


def held_by(device: HostedDevice) -> list[dict[str, int]]:
    """What the daemon's process and the host's hold open."""
    return [_descriptors(os.getpid()), _descriptors(device.status().host_pid)]


async def held_again(device: HostedDevice, first: list[dict[str, int]]) -> list[dict[str, int]]:
    """The same later: as before, once what is just being let go of is let go of."""
    with suppress(TimeoutError):
        await until(lambda: held_by(device) == first, _LET_GO_S)
    return held_by(device)


def _descriptors(pid: int) -> dict[str, int]:
    """How many open descriptors of each kind a process has.

    The memory of frames is left out: its few slots are mapped, which opens them once more, when they are first used.
    """
    counted: dict[str, int] = {}
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            kind = str(entry.readlink()).partition(":")[0]
        except OSError:
            continue
        if not kind.startswith("/memfd"):
            counted[kind] = counted.get(kind, 0) + 1
    return counted


def facts(device: HostedDevice) -> dict[str, Any]:
    status = device.status()
    return {"state": status.state.value, "error_code": status.error_code, "restarts": status.restarts}
