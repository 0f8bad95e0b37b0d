"""What is plugged in and not used by this post, each with the reason: nobody should have to wonder about a dark lamp.

Looks when something was plugged in or pulled out, and never opens anything. Scanners are left out: to ask SANE for
them takes seconds, and wakes them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec
import structlog

from appliance.devices.enrolment_use import refuse_for_enrolment
from appliance.model.device import UnusedDevice, UnusedReason
from drivers.binding import binding_fits, is_binding, place_of
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
_BY_SERVICE: Final = "sbi-"
"""Drivers whose scanner is opened by its maker's service: on USB it may be anything."""
_CONTRACTS: Final = {
    FoundKind.USB_DEVICE: Contract.FINGERPRINT_READER,
    FoundKind.SERIAL_PORT: Contract.FINGERPRINT_READER,
    FoundKind.CAMERA: Contract.CAMERA,
    FoundKind.CHIP_READER: Contract.CHIP_READER,
}


class InUse(msgspec.Struct, frozen=True, kw_only=True):
    """A device of the post's settings, whether it works or not: its profile, and where it is (a path without links, a
    binding, a serial number), empty where the driver takes any."""

    profile: Profile
    device: str


def unused(
    found: Iterable[FoundDevice], profiles: Mapping[str, Profile], in_use: Sequence[InUse], *, production: bool
) -> tuple[UnusedDevice, ...]:
    """Pure. Each device of the settings stands for one that was found at most: its own tile says how it is."""
    rest = list(found)
    for used in in_use:
        it = next((device for device in rest if _is_it(device, used)), None)
        if it is not None:
            rest.remove(it)
    by_service = any(used.profile.driver.startswith(_BY_SERVICE) for used in in_use)
    return tuple(_unused(device, profiles, production=production, by_service=by_service) for device in rest)


def _unused(
    device: FoundDevice, profiles: Mapping[str, Profile], *, production: bool, by_service: bool
) -> UnusedDevice:
    fitting = matching_profiles(device, profiles.values())
    if not fitting:
        reason = UnusedReason.PERHAPS_BY_SERVICE if by_service else UnusedReason.NOT_APPROVED
    elif production and all(refuse_for_enrolment(profile) for profile in fitting):
        reason = UnusedReason.NOT_FOR_ENROLMENT
    else:
        reason = UnusedReason.NOT_IN_SETTINGS if device.accessible else UnusedReason.NO_ACCESS
    return UnusedDevice(
        kind=device.kind.value,
        description=device.description,
        usb=f"{device.vendor_id}:{device.product_id}" if device.vendor_id else "",
        reason=reason,
        profiles=tuple(profile.profile_id for profile in fitting),
    )


def _is_it(found: FoundDevice, used: InUse) -> bool:
    if used.profile.contract is not _CONTRACTS.get(found.kind):
        return False
    if is_binding(used.device):
        return binding_fits(used.device, found.vendor_id, found.product_id, found.serial_number)
    if used.device.startswith("/"):
        return used.device == found.device
    if found.kind is FoundKind.CHIP_READER:
        # pcscd's name of a reader begins with what it says of itself on USB; without a name any will do.
        return used.device.lower() in found.description.lower()
    ids = (found.vendor_id, found.product_id)
    by_model = any((match.vendor_id, match.product_id) == ids for match in used.profile.match)
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
        try:
            now = await asyncio.to_thread(self._unused_now)
        except (OSError, ValueError) as error:
            # Half of what sysfs says of a device that is just being pulled out: its event makes us look again.
            log.warning("unused-devices-unknown", exc_info=error)
            return
        if now != self._unused:
            self._unused = now
            log.info("unused-devices", count=len(now))
            self._on_change()

    def _unused_now(self) -> tuple[UnusedDevice, ...]:
        placed = [InUse(profile=used.profile, device=place_of(used.device) or used.device) for used in self._in_use]
        return unused(self._find(), self._profiles, placed, production=self._production)


def _plugged_in() -> Iterable[FoundDevice]:
    return [*find_usb_devices(), *find_serial_ports(), *find_cameras(), *find_chip_readers()]
