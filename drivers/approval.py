"""Whether what is plugged in at a place is the model that its profile speaks of, before it is opened.

A profile that matches nothing on USB cannot tell and is believed; the settings chose it. Not responsible for a
device's firmware, which it says only once it is open (`profiles.Profile.check_firmware`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path

from drivers.discovery import FoundDevice, find_cameras, find_serial_ports, find_usb_devices
from drivers.errors import ModelNotApproved
from drivers.profiles import Profile

_VIDEO_NODE = "/dev/video"


def _plugged_in() -> Iterable[FoundDevice]:
    return chain(find_cameras(), find_serial_ports(), find_usb_devices())


def check_model(profile: Profile, device: str, find: Callable[[], Iterable[FoundDevice]] = _plugged_in) -> None:
    """`device` as in a post's settings: a path, an index, an address, a binding; empty where the driver finds its own.

    Raises ModelNotApproved where that is another model, or none on USB at all. May block for a moment.
    """
    if not profile.match or not device:
        return
    ids = _ids(device, find)
    if ids is not None and not any(f"{match.vendor_id}:{match.product_id}" == ids for match in profile.match):
        seen = f"USB {ids}" if ids else "nothing on USB"
        raise ModelNotApproved(
            f"What is plugged in there is {seen}, not the approved {profile.vendor} {profile.model}: plug that one in, "
            "or ask AIMA to approve this one."
        )


def _ids(device: str, find: Callable[[], Iterable[FoundDevice]]) -> str | None:
    """`vendor:product`, empty for what is not on USB; None where nothing is there yet, or a serial number is meant."""
    if device.startswith("usb:"):
        return ":".join(device.removeprefix("usb:").split(":")[:2])
    if "://" in device:
        return ""
    path = f"{_VIDEO_NODE}{device}" if device.isdigit() else device
    if not path.startswith("/"):
        return None
    if not Path(path).exists():
        return None
    place = str(Path(path).resolve())
    for found in find():
        if found.device == place:
            return f"{found.vendor_id}:{found.product_id}" if found.vendor_id else ""
    return ""
