"""Whether what is plugged in at a place is the model that its profile speaks of, before it is opened.

A profile that matches nothing on USB cannot tell and is believed; the settings chose it. Most devices say which
firmware they run only once they are open (`profiles.Profile.check_firmware`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from drivers.binding import is_binding, place_of
from drivers.discovery import FoundDevice, find_cameras, find_serial_ports, find_usb_devices
from drivers.errors import DeviceNotFound, ModelNotApproved
from drivers.profiles import Profile

_FINDERS: tuple[tuple[str, Callable[[], list[FoundDevice]]], ...] = (
    ("/dev/video", find_cameras),
    ("/dev/bus/usb/", find_usb_devices),
    ("/dev/", find_serial_ports),
)
"""Who knows what stands at a place, by how the place is called; only that one is asked."""

_FIRMWARE_IS_RELEASE = frozenset({"nb1010", "uru4000"})
"""Drivers whose readers say no more of their firmware than their release number on USB."""

Find = Callable[[str], Iterable[FoundDevice]]


def _found_at(place: str) -> Iterable[FoundDevice]:
    find = next((find for begins, find in _FINDERS if place.startswith(begins)), None)
    return find() if find is not None else ()


def check_model(profile: Profile, device: str, found_at: Find = _found_at) -> None:
    """`device` as in a post's settings: a path, an index, an address, a binding; empty where the driver finds its own.

    Raises ModelNotApproved where that is another model, or none on USB at all; DeviceNotFound where it went away while
    it was looked at. May block for a moment.
    """
    if not profile.match or not device:
        return
    try:
        ids = _ids(device, found_at)
    except (OSError, ValueError, TypeError):
        # What sysfs says of a device that is just being pulled out is half of it.
        raise DeviceNotFound from None
    if ids is not None and not any(f"{match.vendor_id}:{match.product_id}" == ids for match in profile.match):
        seen = f"USB {ids}" if ids else "nothing on USB"
        raise ModelNotApproved(
            f"What is plugged in there is {seen}, not the approved {profile.name}: plug that one in, "
            "or ask AIMA to approve this one."
        )


def approved_firmware(profile: Profile, found: FoundDevice) -> bool | None:
    """Whether the firmware of what was found is approved; None where only the opened device tells."""
    if not profile.firmware_versions:
        return True
    if profile.driver not in _FIRMWARE_IS_RELEASE or not found.usb_release:
        return None
    return found.usb_release in profile.firmware_versions


def _ids(device: str, found_at: Find) -> str | None:
    """`vendor:product`, empty for what is not on USB; None where nothing is there yet, or a serial number is meant."""
    if is_binding(device):
        return ":".join(device.split(":")[1:3])
    if "://" in device:
        return ""
    place = place_of(device)
    if not place or not Path(place).exists():
        return None
    for found in found_at(place):
        if found.device == place:
            return f"{found.vendor_id}:{found.product_id}" if found.vendor_id else ""
    return ""
