"""Inside the pretended machine: asks for devices to be plugged in and out, and says what the monitor heard."""

from __future__ import annotations

import asyncio
import sys

import msgspec

from drivers.hotplug import PlugEvent, PlugMonitor

BOUND_S = 20.0


async def heard(monitor: PlugMonitor) -> PlugEvent:
    """The next event, through the event loop as the daemon hears it."""
    loop = asyncio.get_running_loop()
    first: asyncio.Future[PlugEvent] = loop.create_future()

    def readable() -> None:
        for event in monitor.events():
            if not first.done():
                first.set_result(event)

    loop.add_reader(monitor.fileno(), readable)
    try:
        async with asyncio.timeout(BOUND_S):
            return await first
    finally:
        loop.remove_reader(monitor.fileno())


async def main() -> None:
    monitor = PlugMonitor()
    for line in ("add tty A1", "remove tty", "add usb {F00}", "add video V9", "remove usb", "remove video"):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        event = await heard(monitor)
        sys.stdout.write(f"heard {msgspec.json.encode(event).decode()}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
