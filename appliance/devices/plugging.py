"""What udev says of a device's coming and going, and whom it concerns.

A device that was pulled out in the middle of a capture ends that capture at once, though its driver may still wait
for an answer; one that was plugged in is opened at once, though its supervisor may still wait to try again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from drivers.binding import binding_fits, is_binding
from drivers.contracts import Contract, DeviceIdentity
from drivers.hotplug import PlugEvent, PlugMonitor
from drivers.profiles import Profile

log = structlog.get_logger(__name__)


def concerns(event: PlugEvent, profile: Profile, device: str, identity: DeviceIdentity | None) -> bool:
    """Whether that is this device: by its path, its binding, or its profile's ids and its serial number.

    Pure. One of several alike without a serial number is taken to be meant: to look once too often harms nobody.
    """
    if is_binding(device):
        return binding_fits(device, event.vendor_id, event.product_id, event.serial_number)
    ids = f"{event.vendor_id}:{event.product_id}"
    if device.startswith("/"):
        return device == event.node
    if not any(ids == f"{match.vendor_id}:{match.product_id}" for match in profile.match):
        return False
    known = identity.serial_number if identity else ""
    return not known or not event.serial_number or known == event.serial_number


def may_concern(event: PlugEvent, profile: Profile, device: str) -> bool:
    """Whether nobody can tell from here: chip readers and scanners are known to pcscd and SANE by other names. Pure."""
    unknown = profile.contract in (Contract.CHIP_READER, Contract.DOCUMENT_SCANNER) and not profile.match
    return unknown and event.subsystem == "usb" and not device.startswith("/") and not is_binding(device)


class PlugWatch:
    """Hands each event on, in the event loop. Where the system has no udev the devices are only asked now and then."""

    def __init__(self, heed: Callable[[PlugEvent], None]) -> None:
        self._heed = heed

    async def run(self) -> None:
        try:
            monitor = await asyncio.to_thread(PlugMonitor)
        except OSError as error:
            log.warning("plug-watch-unavailable", exc_info=error)
            return
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def readable() -> None:
            try:
                for event in monitor.events():
                    self._heed(event)
            except OSError as error:
                log.warning("plug-watch-unavailable", exc_info=error)
                ended.set()

        loop.add_reader(monitor.fileno(), readable)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(monitor.fileno())
