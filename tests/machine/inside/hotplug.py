"""What the daemon hears of udev while things are plugged in and pulled out."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from appliance.devices.plugging import PlugWatch
from drivers.hotplug import PlugEvent
from tests.machine.inside.outside import Outside
from tests.machine.inside.supervised import until
from tests.machine.inside.usb_socket import PluggedCamera
from tests.machine.inside.uvc_camera import UvcCamera


async def events(outside: Outside, *, reader: str, camera: str) -> dict[str, Any]:
    """A reader and a camera of those serial numbers come and go; what was heard of their device files."""
    heard: list[PlugEvent] = []
    watch = asyncio.create_task(PlugWatch(heard.append).run())
    await outside.ask("plug", serial_number=reader)
    await until(lambda: _nodes(heard, "tty") == 1)
    await outside.ask("unplug")
    await until(lambda: _nodes(heard, "tty") == 2)
    plugged = PluggedCamera(UvcCamera(camera))
    # A camera has a node for its pictures and one for its metadata.
    await until(lambda: _nodes(heard, "video4linux") == 2)
    await asyncio.to_thread(plugged.unplug)
    await until(lambda: _nodes(heard, "video4linux") == 4)
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
    return {"events": [msgspec.to_builtins(event) for event in heard if event.subsystem != "usb"]}


def _nodes(heard: list[PlugEvent], subsystem: str) -> int:
    return sum(event.subsystem == subsystem for event in heard)
