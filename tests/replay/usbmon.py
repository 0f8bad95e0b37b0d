"""Writing recordings of USB traffic as `umockdev-run --pcap` plays them: usbmon's records in a pcapng file.

Every transfer is two records, its submission and its completion; what lies between them is in flight together. Not
responsible for what a device would say.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

BUS: Final = 1
DEVICE: Final = 50
_LINUX_USB_MMAPPED: Final = 220
_SECTION: Final = struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)
_INTERFACE: Final = struct.pack("<HHI", _LINUX_USB_MMAPPED, 0, 0)
_URB: Final = struct.Struct("<Q4BHccqiiII8s4i")
"""id; event, transfer, endpoint, device; bus; flags of set-up and data; seconds, microseconds; status; length, and that
of the data that follow; set-up packet; interval, start frame, flags, descriptors."""
_UNDER_WAY: Final = -115
_UNLINKED: Final = -2
_STEP_US: Final = 1000


class Transfer(IntEnum):
    """As usbmon counts them; in a device's descriptors they have other numbers."""

    INTERRUPT = 1
    CONTROL = 2
    BULK = 3


_IN_DESCRIPTORS: Final = {Transfer.BULK: 2, Transfer.INTERRUPT: 3}


@dataclass(frozen=True)
class Urb:
    """A transfer that was submitted; `length` is what was asked for."""

    number: int
    transfer: Transfer
    endpoint: int
    length: int


@dataclass
class Traffic:
    """What is recorded, in the order in which it happened."""

    _records: list[bytes] = field(default_factory=list)
    _urbs: int = 0

    def control_read(self, request: int, value: int, answer: bytes) -> None:
        setup = struct.pack("<BBHHH", 0xC0, request, value, 0, len(answer))
        self.complete(self._submit(Transfer.CONTROL, 0x80, len(answer), setup=setup), answer)

    def control_write(self, request: int, value: int, data: bytes) -> None:
        setup = struct.pack("<BBHHH", 0x40, request, value, 0, len(data))
        self.complete(self._submit(Transfer.CONTROL, 0x00, len(data), data=data, setup=setup), b"", len(data))

    def submit(self, transfer: Transfer, endpoint: int, length: int) -> Urb:
        """A read that stays in flight until it is completed."""
        return self._submit(transfer, endpoint, length)

    def complete(self, urb: Urb, data: bytes, length: int | None = None) -> None:
        actual = len(data) if length is None else length
        self._records.append(self._urb(b"C", urb, 0, actual, data, bytes(8), b"-"))

    def give_up(self, urb: Urb) -> None:
        """Whoever was reading stops."""
        self._records.append(self._urb(b"C", urb, _UNLINKED, 0, b"", bytes(8), b"-"))

    def to_bytes(self) -> bytes:
        """The whole file."""
        head = _block(0x0A0D0D0A, _SECTION) + _block(1, _INTERFACE)
        return head + b"".join(_block(6, struct.pack("<IIIII", 0, 0, 0, len(r), len(r)) + r) for r in self._records)

    def _submit(
        self, transfer: Transfer, endpoint: int, length: int, *, data: bytes = b"", setup: bytes | None = None
    ) -> Urb:
        self._urbs += 1
        urb = Urb(self._urbs, transfer, endpoint, length)
        flag = b"-" if setup is None else b"\0"
        self._records.append(self._urb(b"S", urb, _UNDER_WAY, length, data, setup or bytes(8), flag))
        return urb

    def _urb(
        self, event: bytes, urb: Urb, status: int, length: int, data: bytes, setup: bytes, has_setup: bytes
    ) -> bytes:
        seconds, microseconds = divmod(len(self._records) * _STEP_US, 1_000_000)
        who = (urb.number, event[0], urb.transfer, urb.endpoint, DEVICE, BUS)
        has_data = b"\0" if data else b"<"
        sizes = (seconds, microseconds, status, length, len(data))
        return _URB.pack(*who, has_setup, has_data, *sizes, setup, 0, 0, 0, 0) + data


def _block(kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def device_description(vendor: int, product: int, endpoints: tuple[tuple[int, Transfer], ...]) -> str:
    """What `umockdev-run --device` plugs in: one vendor-class interface with `endpoints` of 64 bytes."""
    device = struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x0200, 0, 0, 0, 64, vendor, product, 0x0100, 1, 2, 0, 1)
    interface = struct.pack("<9B", 9, 4, 0, 0, len(endpoints), 0xFF, 0xFF, 0xFF, 0)
    described = b"".join(
        struct.pack("<BBBBHB", 7, 5, address, _IN_DESCRIPTORS[kind], 64, 8) for address, kind in endpoints
    )
    configuration = struct.pack("<BBHBBBBB", 9, 2, 18 + len(described), 1, 1, 0, 0x80, 50)
    descriptors = (device + configuration + interface + described).hex().upper()
    node = f"bus/usb/{BUS:03d}/{DEVICE:03d}"
    return "\n".join(
        [
            "P: /devices/pci0000:00/0000:00:14.0/usb1/1-10",
            f"N: {node}={descriptors}",
            f"E: DEVNAME=/dev/{node}",
            "E: DEVTYPE=usb_device",
            f"E: BUSNUM={BUS:03d}",
            f"E: DEVNUM={DEVICE:03d}",
            "E: MAJOR=189",
            f"E: MINOR={DEVICE - 1}",
            "E: SUBSYSTEM=usb",
            "A: bConfigurationValue=1\\n",
            f"A: busnum={BUS}\\n",
            f"A: devnum={DEVICE}\\n",
            f"A: idProduct={product:04x}\\n",
            f"A: idVendor={vendor:04x}\\n",
            "A: speed=12\\n",
            f"H: descriptors={descriptors}",
            "",
            "",
        ]
    )
