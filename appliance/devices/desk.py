"""The devices of one post, together: started, looked up by what they can do, and closed.

Responsible for refusing what the settings name wrongly and what a production post may not use.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import structlog

from appliance.devices.deadlines import Deadlines
from appliance.devices.enrolment_use import NOT_FOR_ENROLMENT, refuse_for_enrolment
from appliance.devices.hosted_device import HostedDevice
from appliance.devices.ink import HostedPad
from appliance.devices.profile_driver import check_driver
from appliance.devices.unused import InUse
from appliance.errors import DeviceError, SettingsError
from appliance.model.device import DeviceSettings, DeviceState, DeviceStatus
from drivers.contracts import Contract
from drivers.errors import DriverError
from drivers.hotplug import PlugEvent
from drivers.profiles import Profile

log = structlog.get_logger(__name__)


class Desk:
    """Raises SettingsError when it is made with a profile that does not exist or does not fit its driver."""

    def __init__(
        self,
        settings: Sequence[DeviceSettings],
        profiles: Mapping[str, Profile],
        *,
        production: bool,
        wrong_profiles: Mapping[str, DriverError] = MappingProxyType({}),
        deadlines: Deadlines | None = None,
        on_change: Callable[[DeviceStatus], None] | None = None,
    ) -> None:
        self._devices: list[HostedDevice] = []
        self._refused: list[DeviceStatus] = []
        self._in_use: list[InUse] = []
        for device in settings:
            profile = _profile_of(device, profiles, wrong_profiles)
            named = device.options.get("device", profile.options.get("device", ""))
            self._in_use.append(InUse(profile=profile, device=named if isinstance(named, str) else ""))
            reason = refuse_for_enrolment(profile) if production else None
            if reason is not None:
                log.error("device-refused", device_id=device.device_id, code=NOT_FOR_ENROLMENT)
                self._refused.append(_refusal(device, profile, reason))
                continue
            self._devices.append(
                HostedDevice(device.device_id, profile, device.options, deadlines=deadlines, on_change=on_change)
            )

    async def start(self) -> None:
        """Start every device's host; does not wait until they are ready."""
        for device in self._devices:
            device.start()

    def heed(self, event: PlugEvent) -> None:
        """Something was plugged in or pulled out: each device looks whether that was it."""
        for device in self._devices:
            device.heed(event)

    async def close(self) -> None:
        """Stop every host at once; within 2 s no process is left."""
        endings = await asyncio.gather(*(device.close() for device in self._devices), return_exceptions=True)
        for device, ending in zip(self._devices, endings, strict=True):
            if isinstance(ending, BaseException):
                log.error("device-not-closed", device_id=device.device_id, exc_info=ending)

    def device(self, contract: Contract) -> HostedDevice:
        """The first device that fulfils the contract, by the settings' order.

        Raises DeviceError `device-not-configured`, or `device-not-for-enrolment` when a production post refuses it.
        """
        for device in self._devices:
            if device.contract is contract:
                return device
        for refused in self._refused:
            if refused.contract is contract:
                raise DeviceError(refused.sentence, code=refused.error_code)
        raise DeviceError(f"This post has no {contract.value}: add one to its settings.", code="device-not-configured")

    def pad(self) -> HostedPad | None:
        """The pad to sign on, where this post has one of its own."""
        pads = (device for device in self._devices if device.contract is Contract.SIGNATURE_PAD)
        return next((HostedPad(device) for device in pads), None)

    def devices(self) -> tuple[HostedDevice, ...]:
        return tuple(self._devices)

    def in_use(self) -> tuple[InUse, ...]:
        """What the settings name, also what a production post refuses."""
        return tuple(self._in_use)

    def profiled(self) -> tuple[tuple[DeviceStatus, Profile], ...]:
        """Each device that is used, as it is now, and its model's profile."""
        return tuple((device.status(), device.profile) for device in self._devices)

    def statuses(self) -> tuple[DeviceStatus, ...]:
        """How every device is now, refused ones last."""
        return (*(device.status() for device in self._devices), *self._refused)


def _profile_of(
    device: DeviceSettings, profiles: Mapping[str, Profile], wrong_profiles: Mapping[str, DriverError]
) -> Profile:
    if device.profile_id in wrong_profiles:
        raise SettingsError(wrong_profiles[device.profile_id].sentence, code="profile-wrong")
    profile = profiles.get(device.profile_id)
    if profile is None:
        known = ", ".join(sorted(profiles)) or "none"
        raise SettingsError(
            f"The device {device.device_id} names the profile {device.profile_id!r}, which there is not: {known}.",
            code="profile-unknown",
        )
    check_driver(profile)
    return profile


def _refusal(device: DeviceSettings, profile: Profile, reason: str) -> DeviceStatus:
    return DeviceStatus(
        device_id=device.device_id,
        contract=profile.contract,
        profile_id=profile.profile_id,
        state=DeviceState.FAILED,
        error_code=NOT_FOR_ENROLMENT,
        sentence=reason,
    )
