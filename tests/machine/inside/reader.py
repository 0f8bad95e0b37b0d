"""The fingerprint module's driver on a ttyUSB of the kernel's, plugged in and pulled out by the test outside."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from pathlib import Path
from typing import Any, Final

from appliance.devices.hosted_device import HostedDevice
from drivers.contracts import FingerprintRequest
from tests.machine.inside.outside import Outside
from tests.machine.inside.supervised import facts, failure, held_again, held_by, ready, supervised, until

_PROFILE: Final = "zfm-r503"
_REQUEST: Final = FingerprintRequest(timeout_s=60.0)


async def pulled_out_in_an_image(
    outside: Outside, *, device: str, serial_number: str, pace_baud: int, hears_udev: bool
) -> dict[str, Any]:
    """Pulled out while an image is on its way, then plugged in again, at a port of another name."""
    await outside.ask("plug", serial_number=serial_number, pace_baud=pace_baud, unplug_in_image=True)
    async with supervised(_PROFILE, {"device": device}, hears_udev=hears_udev) as reader:
        await ready(reader)
        (port,) = _ports()
        # As long as anybody holds the old port, the kernel gives its number to nobody else.
        holder = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            gone = asyncio.create_task(_gone(Path(port)))
            code = await failure(reader, _REQUEST)
            failed = time.monotonic()
            noticed_s = max(0.0, failed - await gone)
            await outside.ask("unplug")
            plugged = time.monotonic()
            await outside.ask("plug", serial_number=serial_number)
            await ready(reader)
            back_s = time.monotonic() - plugged
            report = {
                "code": code,
                "noticed_s": round(noticed_s, 3),
                "back_s": round(back_s, 3),
                "sha256": await _take(reader),
                "ports": [port, *_ports()],
                **facts(reader),
            }
        finally:
            os.close(holder)
    await outside.ask("unplug")
    return report


async def cycles(outside: Outside, *, device: str, serial_number: str, count: int) -> dict[str, Any]:
    """As many plug cycles with an image in each; what daemon and host hold afterwards, against the first."""
    first: list[dict[str, int]] = []
    last: list[dict[str, int]] = []
    taken: list[str] = []
    hosts: set[int] = set()
    async with supervised(_PROFILE, {"device": device}) as reader:
        for _ in range(count):
            await outside.ask("plug", serial_number=serial_number)
            await ready(reader)
            taken.append(await _take(reader))
            hosts.add(reader.status().host_pid)
            first = first or held_by(reader)
            last = await held_again(reader, first)
            await outside.ask("unplug")
            await until(lambda: reader.status().error_code != "")
        await until(lambda: not _ports())
    return {"taken": taken, "hosts": len(hosts), "first": first, "last": last}


async def _take(reader: HostedDevice) -> str:
    async with reader.frames(_REQUEST) as frames:
        (taken,) = [hashlib.sha256(frame.pixels.tobytes()).hexdigest() async for frame in frames]
    return taken


async def _gone(path: Path) -> float:
    await until(lambda: not path.exists())
    return time.monotonic()


def _ports() -> list[str]:
    return [str(port) for port in sorted(Path("/dev").glob("ttyUSB*"))]
