"""What is plugged in and not used by this post, each with the reason: nobody should have to wonder about a dark lamp.

Looks when something was plugged in or pulled out, and never opens anything. Scanners are left out: to ask SANE for
them takes seconds, and wakes them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
import structlog

from appliance.devices.enrolment_use import refuse_for_enrolment
from appliance.model.device import UnusedDevice, UnusedReason
from drivers.contracts import Contract
from drivers.discovery import (
    FoundDevice,
    FoundKind,
    find_cameras,
    find_chip_readers,
    find_serial_ports,
    find_usb_devices,
    matching_profiles,
)
from drivers.profiles import Profile

log = structlog.get_logger(__name__)

_SETTLES_S: Final = 0.5
"""A device that was just plugged in gets its nodes and their permissions one after another."""
_CONTRACTS: Final = {
    FoundKind.USB_DEVICE: Contract.FINGERPRINT_READER,
    FoundKind.SERIAL_PORT: Contract.FINGERPRINT_READER,
    FoundKind.CAMERA: Contract.CAMERA,
    FoundKind.CHIP_READER: Contract.CHIP_READER,
}


class InUse(msgspec.Struct, frozen=True, kw_only=True):
    """A device of the post's settings: its profile, and where it is (path, index, binding), empty where any will do."""

    profile: Profile
    device: str


def unused(
    found: Iterable[FoundDevice], profiles: Mapping[str, Profile], in_use: Sequence[InUse], *, production: bool
) -> tuple[UnusedDevice, ...]:
    """Pure. What the settings name counts as used, whether it works or not: its own tile says how it is."""
    rest = []
    for device in found:
        if any(_is_it(device, used) for used in in_use):
            continue
        fitting = matching_profiles(device, profiles.values())
        rest.append(
            UnusedDevice(
                kind=device.kind.value,
                description=device.description,
                usb=f"{device.vendor_id}:{device.product_id}" if device.vendor_id else "",
                reason=_reason(device, fitting, production=production),
                profiles=tuple(profile.profile_id for profile in fitting),
            )
        )
    return tuple(rest)


def _reason(device: FoundDevice, fitting: Sequence[Profile], *, production: bool) -> UnusedReason:
    if not fitting:
        return UnusedReason.NOT_APPROVED
    if production and all(refuse_for_enrolment(profile) for profile in fitting):
        return UnusedReason.NOT_FOR_ENROLMENT
    return UnusedReason.NOT_IN_SETTINGS if device.accessible else UnusedReason.NO_ACCESS


def _is_it(found: FoundDevice, used: InUse) -> bool:
    if used.profile.contract is not _CONTRACTS.get(found.kind):
        return False
    ids = f"{found.vendor_id}:{found.product_id}"
    if used.device.startswith("usb:"):
        return used.device in (f"usb:{ids}", f"usb:{ids}:{found.serial_number}")
    if used.device.startswith("/"):
        return str(Path(used.device).resolve()) == found.device
    if used.device.isdigit():
        return found.device == f"/dev/video{used.device}"
    if found.kind is FoundKind.CHIP_READER:
        return True
    by_model = any(ids == f"{match.vendor_id}:{match.product_id}" for match in used.profile.match)
    return by_model and used.device in ("", found.serial_number)


class UnusedDevices:
    """The list of them, kept up to date by `run`; `look_again` from the event loop whenever something changed."""

    def __init__(
        self,
        profiles: Mapping[str, Profile],
        in_use: Sequence[InUse],
        *,
        production: bool,
        on_change: Callable[[], None],
        find: Callable[[], Iterable[FoundDevice]] | None = None,
    ) -> None:
        self._profiles = profiles
        self._in_use = in_use
        self._production = production
        self._on_change = on_change
        self._find = find or _plugged_in
        self._changed = asyncio.Event()
        self._unused: tuple[UnusedDevice, ...] = ()

    def current(self) -> tuple[UnusedDevice, ...]:
        return self._unused

    def look_again(self) -> None:
        self._changed.set()

    async def run(self) -> None:
        while True:
            self._changed.clear()
            await asyncio.sleep(_SETTLES_S)
            await self._look()
            await self._changed.wait()

    async def _look(self) -> None:
        now = await asyncio.to_thread(
            lambda: unused(self._find(), self._profiles, self._in_use, production=self._production)
        )
        if now != self._unused:
            self._unused = now
            log.info("unused-devices", count=len(now))
            self._on_change()


def _plugged_in() -> Iterable[FoundDevice]:
    return [*find_usb_devices(), *find_serial_ports(), *find_cameras(), *find_chip_readers()]
