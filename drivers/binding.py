"""From what a device is to where it is now: `usb:1a86:7523:SERIAL` in place of a path that changes at every replug.

The serial number may be left out where only one such device is plugged in. Anything that does not begin with `usb:`
is a path, an index or an address and stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from drivers.contracts import Contract
from drivers.discovery import FoundDevice, find_cameras, find_serial_ports, find_usb_devices
from drivers.errors import DeviceNotFound, OptionInvalid

_PREFIX: Final = "usb:"
_BINDING: Final = re.compile(r"usb:(?P<vendor>[0-9a-f]{4}):(?P<product>[0-9a-f]{4})(?::(?P<serial>[^\0/]{1,128}))?")


def is_binding(device: str) -> bool:
    return device.startswith(_PREFIX)


def binding_fits(device: str, vendor_id: str, product_id: str, serial_number: str) -> bool:
    """Whether a binding means a device with these ids. Pure."""
    bare = f"{_PREFIX}{vendor_id}:{product_id}"
    return device in (bare, f"{bare}:{serial_number}")


def place_of(device: str) -> str:
    """The device node that a path or a camera's index names now, links followed; empty for anything else."""
    path = f"/dev/video{device}" if device.isascii() and device.isdigit() else device
    return str(Path(path).resolve()) if path.startswith("/") else ""


def _readers() -> list[FoundDevice]:
    return [*find_serial_ports(), *find_usb_devices()]


_FINDERS: Final[Mapping[Contract, Callable[[], list[FoundDevice]]]] = {
    Contract.FINGERPRINT_READER: _readers,
    Contract.CAMERA: find_cameras,
}


def located(
    device: str, contract: Contract, finders: Mapping[Contract, Callable[[], list[FoundDevice]]] = _FINDERS
) -> str:
    """The path at which `device` is now. Opens nothing.

    Raises OptionInvalid for a binding that cannot be read, that this kind of device does not have, or that fits
    several; DeviceNotFound when nothing fits.
    """
    if not is_binding(device):
        return device
    bound = _BINDING.fullmatch(device)
    if bound is None or contract not in finders:
        raise OptionInvalid("A device is bound as usb:VENDOR:PRODUCT or usb:VENDOR:PRODUCT:SERIAL, ids in hexadecimal.")
    fitting = [
        found.device
        for found in finders[contract]()
        if (found.vendor_id, found.product_id) == (bound["vendor"], bound["product"])
        and bound["serial"] in (None, found.serial_number)
    ]
    if not fitting:
        raise DeviceNotFound
    if len(fitting) > 1:
        raise OptionInvalid("Several devices of that kind are plugged in: add the serial number to its binding.")
    return fitting[0]
