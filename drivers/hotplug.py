"""What comes and goes while the appliance runs: udev's events on a netlink socket, read without blocking.

Facts only; what follows from them is the supervisor's (`appliance.devices`). The socket's descriptor goes into an
event loop (`fileno`), or is read in a thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import msgspec
import pyudev

SUBSYSTEMS = ("usb", "tty", "video4linux")
_BUFFER_BYTES = 1 << 20


class Change(StrEnum):
    ADDED = "add"
    REMOVED = "remove"


class PlugEvent(msgspec.Struct, frozen=True, kw_only=True):
    """`node` is the device file, empty where it has none. Ids are four lower-case hex digits or empty."""

    change: Change
    subsystem: str
    node: str
    vendor_id: str = ""
    product_id: str = ""
    serial_number: str = ""


class PlugMonitor:
    """Hears from its making on; OSError where the system has no netlink."""

    def __init__(self) -> None:
        self._monitor = pyudev.Monitor.from_netlink(pyudev.Context())
        for subsystem in SUBSYSTEMS:
            self._monitor.filter_by(subsystem)
        self._monitor.set_receive_buffer_size(_BUFFER_BYTES)
        self._monitor.start()

    def fileno(self) -> int:
        descriptor: int = self._monitor.fileno()
        return descriptor

    def events(self) -> Iterator[PlugEvent]:
        """All that is there now; interfaces and other nodeless parts of a device are passed over. Never blocks."""
        while (device := self._monitor.poll(timeout=0)) is not None:
            if device.action in set(Change) and device.device_node:
                yield _event(device)


def _event(device: pyudev.Device) -> PlugEvent:
    facts = device.properties
    return PlugEvent(
        change=Change(device.action),
        subsystem=device.subsystem or "",
        node=device.device_node or "",
        vendor_id=facts.get("ID_VENDOR_ID", ""),
        product_id=facts.get("ID_MODEL_ID", ""),
        serial_number=facts.get("ID_SERIAL_SHORT", ""),
    )
