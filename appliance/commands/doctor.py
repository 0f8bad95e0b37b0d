"""`claim-kiosk doctor`: which models are known, what is plugged in, what fits, and what to do about the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from appliance.commands.doctor_advice import advice, nothing_found, status
from appliance.commands.doctor_sbi import no_service_row, scanner_row
from appliance.devices.enrolment_use import refuse_for_enrolment
from appliance.devices.profile_driver import check_driver
from appliance.errors import DeviceError, SettingsError
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

Find = Callable[[], "list[FoundDevice] | None"]

_FINDERS: dict[FoundKind, Find] = {
    FoundKind.USB_DEVICE: find_usb_devices,
    FoundKind.SERIAL_PORT: find_serial_ports,
    FoundKind.CAMERA: find_cameras,
    FoundKind.SCANNER: find_scanners,
    FoundKind.CHIP_READER: find_chip_readers,
}
PROFILE = "profile"


async def doctor(directory: Path = PROFILES_DIRECTORY) -> list[dict[str, Any]]:
    """First what is wrong with the profiles (`wrong-profile`), then what is plugged in: one row a device found (`kind`
    is `usb-device`, `serial-port`, `camera`, `scanner` or `chip-reader`), one a scanner that its maker's SBI service
    offers here (`sbi-scanner`), and one a kind of device of which nothing was found (`nothing-found`). Then one row a
    profile that can be used (`profile`).

    Opens no device. Raises DeviceError where the profiles' folder is missing.
    """
    try:
        profiles = await asyncio.to_thread(load_profiles, directory)
    except DriverError as error:
        raise DeviceError(error.sentence, code=error.code) from error
    wrong = {profile_id: error.sentence for profile_id, error in profiles.wrong.items()}
    wrong |= await asyncio.to_thread(_without_driver, list(profiles.values()))
    usable = [profile for profile in profiles.values() if profile.profile_id not in wrong]
    rows: list[dict[str, Any]] = [
        {"kind": "wrong-profile", "profile": profile_id, "advice": sentence} for profile_id, sentence in wrong.items()
    ]
    looked = await asyncio.gather(*(asyncio.to_thread(_look, kind, find) for kind, find in _FINDERS.items()))
    for kind, found, trouble in looked:
        rows += [_device_row(device, matching_profiles(device, usable)) for device in found]
        if not found:
            rows.append({"kind": "nothing-found", "of": kind.value, "advice": trouble or nothing_found(kind)})
    offers = await asyncio.to_thread(offered_scanners)
    rows += [scanner_row(port, offer, usable) for port, offer in offers] or [no_service_row()]
    return rows + [_profile_row(profile) for profile in usable]


def profile_line(row: dict[str, Any]) -> str:
    """A `profile` row on one line, for people: what was found is not to be buried under what could be."""
    use = ", ".join(row["use"])
    return f"{row['profile']:<22} {row['contract']:<19} {row['model']}: {use}"


def _look(kind: FoundKind, find: Find) -> tuple[FoundKind, list[FoundDevice], str]:
    try:
        found = find()
    except DriverError as error:
        return kind, [], error.sentence
    if found is None:
        return kind, [], "Scanners cannot be looked for: install Debian's sane-utils."
    return kind, found, ""


def _without_driver(profiles: list[Profile]) -> dict[str, str]:
    wrong = {}
    for profile in profiles:
        try:
            check_driver(profile)
        except SettingsError as error:
            wrong[profile.profile_id] = error.sentence
    return wrong


def _profile_row(profile: Profile) -> dict[str, Any]:
    return {
        "kind": PROFILE,
        "profile": profile.profile_id,
        "contract": profile.contract.value,
        "driver": profile.driver,
        "model": profile.name,
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
        "usb_release": found.usb_release,
        "serial_number": found.serial_number,
        "accessible": found.accessible,
        "status": status(found, matched),
        "profiles": [profile.profile_id for profile in matched],
        "advice": advice(found, matched),
    }
