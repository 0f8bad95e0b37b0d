"""`claim-kiosk doctor`: which models are known, what is plugged in, what fits, and what to do about the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from appliance.devices.enrolment_use import refuse_for_enrolment
from appliance.errors import DeviceError
from drivers.discovery import (
    FoundDevice,
    FoundKind,
    find_cameras,
    find_chip_readers,
    find_scanners,
    find_serial_ports,
    find_usb_devices,
    matching_profiles,
)
from drivers.errors import DriverError
from drivers.profiles import PROFILES_DIRECTORY, Profile, load_profiles
from drivers.sbi.finding import offered_scanners
from drivers.sbi.messages import FACE, DiscoveredDevice
from drivers.transport import access

Find = Callable[[], "list[FoundDevice] | None"]

_FINDERS: dict[FoundKind, Find] = {
    FoundKind.USB_DEVICE: find_usb_devices,
    FoundKind.SERIAL_PORT: find_serial_ports,
    FoundKind.CAMERA: find_cameras,
    FoundKind.SCANNER: find_scanners,
    FoundKind.CHIP_READER: find_chip_readers,
}
_NOTHING = {
    FoundKind.USB_DEVICE: "No fingerprint reader was found on USB: plug one in, or use one on a serial port.",
    FoundKind.SERIAL_PORT: "No serial port was found: plug in the fingerprint module's USB converter.",
    FoundKind.CAMERA: "No camera was found: plug one in, or name a network camera's address with --device.",
    FoundKind.SCANNER: "No scanner was found: plug it in, switch it on, and wait until it is quiet.",
    FoundKind.CHIP_READER: "No chip reader was found: plug one in.",
}
_NOT_ACCESSIBLE = {
    FoundKind.USB_DEVICE: access.USB_READER,
    FoundKind.SERIAL_PORT: access.SERIAL_PORT,
    FoundKind.CAMERA: access.CAMERA,
    FoundKind.SCANNER: access.SCANNER,
    FoundKind.CHIP_READER: access.CHIP_READER,
}


async def doctor(directory: Path = PROFILES_DIRECTORY) -> list[dict[str, Any]]:
    """First what is plugged in: one row a device found (`kind` is `usb-device`, `serial-port`, `camera`, `scanner` or
    `chip-reader`), one a scanner that its maker's SBI service offers here (`sbi-scanner`), and one a kind of device of
    which nothing was found (`nothing-found`). Then one row a profile (`profile`).

    Opens no device. Raises DeviceError for a wrong profile.
    """
    try:
        profiles = await asyncio.to_thread(load_profiles, directory)
    except DriverError as error:
        raise DeviceError(error.sentence, code=error.code) from error
    rows: list[dict[str, Any]] = []
    looked = await asyncio.gather(*(asyncio.to_thread(_look, kind, find) for kind, find in _FINDERS.items()))
    for kind, found, trouble in looked:
        rows += [_device_row(device, matching_profiles(device, profiles.values())) for device in found]
        if not found:
            rows.append({"kind": "nothing-found", "of": kind.value, "advice": trouble or _NOTHING[kind]})
    rows += [_sbi_row(port, offer, profiles.values()) for port, offer in await asyncio.to_thread(offered_scanners)]
    return rows + [_profile_row(profile) for profile in profiles.values()]


def _look(kind: FoundKind, find: Find) -> tuple[FoundKind, list[FoundDevice], str]:
    try:
        found = find()
    except DriverError as error:
        return kind, [], error.sentence
    if found is None:
        return kind, [], "Scanners cannot be looked for: install Debian's sane-utils."
    return kind, found, ""


def _profile_row(profile: Profile) -> dict[str, Any]:
    return {
        "kind": "profile",
        "profile": profile.profile_id,
        "contract": profile.contract.value,
        "driver": profile.driver,
        "model": f"{profile.vendor} {profile.model}",
        "use": [use.value for use in profile.use],
        "certification": profile.certification.value,
        "sensor_mm": profile.sensor_mm,
        "firmware_versions": profile.firmware_versions,
        "cleaning_interval_days": profile.cleaning_interval_days,
        "simulated": profile.simulated,
        "note": refuse_for_enrolment(profile) or profile.note,
    }


def _device_row(found: FoundDevice, matched: list[Profile]) -> dict[str, Any]:
    return {
        "kind": found.kind.value,
        "device": found.device,
        "description": found.description,
        "usb": f"{found.vendor_id}:{found.product_id}" if found.vendor_id else "",
        "serial_number": found.serial_number,
        "accessible": found.accessible,
        "status": "unknown" if not matched else "matched" if found.accessible else "not-accessible",
        "profiles": [profile.profile_id for profile in matched],
        "advice": _advice(found, matched),
    }


def _sbi_row(port: int, offer: DiscoveredDevice, profiles: Iterable[Profile]) -> dict[str, Any]:
    """What it says of itself is proved only when it is opened."""
    try:
        claimed = offer.claimed_id()
    except DriverError as error:
        return {"kind": "sbi-scanner", "device": str(port), "status": "unknown", "advice": error.sentence}
    driver = "sbi-camera" if claimed.type == FACE else "sbi-fingerprint"
    matched = [
        profile.profile_id
        for profile in profiles
        if profile.driver == driver and profile.options.get("device_sub_type") in (None, "", claimed.device_sub_type)
    ]
    first = matched[0] if matched else ""
    return {
        "kind": "sbi-scanner",
        "device": str(port),
        "description": f"{claimed.make} {claimed.model} ({claimed.type}, {claimed.device_sub_type})",
        "usb": "",
        "serial_number": claimed.serial_no,
        "accessible": True,
        "status": "matched" if matched else "unknown",
        "profiles": matched,
        "advice": (
            f"Try it: claim-kiosk capture --profile {first} --set port={port} --set trust=MAKER.pem --out image.png"
            if matched
            else "No profile speaks of such a scanner: ask AIMA to approve it."
        ),
    }


def _advice(found: FoundDevice, matched: list[Profile]) -> str:
    if not matched:
        return "It is not among the approved models, so it is not used: unplug it, or ask AIMA to approve it."
    if not found.accessible:
        return _NOT_ACCESSIBLE[found.kind]
    first = matched[0].profile_id
    if found.kind is FoundKind.CHIP_READER:
        return f"Debian's pcscd drives it: name the profile {first} in the post's settings."
    choice = "Try it" if len(matched) == 1 else "Several profiles may fit; try one"
    return f"{choice}: claim-kiosk capture --profile {first} --device '{found.device}' --out image.png"
