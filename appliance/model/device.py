"""What is known about the devices at the counter: which there should be, and how each one is."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from drivers.contracts import Contract, DeviceIdentity


class DeviceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One device that belongs to this post. `options` are judged by the profile's driver and overlay the profile's."""

    device_id: str
    profile_id: str
    options: dict[str, object] = {}


class DeviceState(StrEnum):
    STARTING = "starting"
    READY = "ready"
    BUSY = "busy"
    FAILED = "failed"
    RESTARTING = "restarting"
    STOPPED = "stopped"


class DeviceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot. `error_code` and `sentence` are of the last failure, empty once the device is ready again.

    `host_pid` is 0 while no driver host runs. `restarts`, `frames` and `dropped` count since the daemon started.
    """

    device_id: str
    contract: Contract
    profile_id: str
    state: DeviceState
    identity: DeviceIdentity | None = None
    error_code: str = ""
    sentence: str = ""
    restarts: int = 0
    host_pid: int = 0
    frames: int = 0
    dropped: int = 0


class UnusedReason(StrEnum):
    """Why something that is plugged in is not used; the page has a sentence for each."""

    NOT_APPROVED = "not-approved"
    NOT_FOR_ENROLMENT = "not-for-enrolment"
    NO_ACCESS = "no-access"
    NOT_IN_SETTINGS = "not-in-settings"
    PERHAPS_BY_SERVICE = "perhaps-by-service"


class UnusedDevice(msgspec.Struct, frozen=True, kw_only=True):
    """Plugged in beside the post's own. `kind` is one of `drivers.discovery.FoundKind`; `usb` is `vendor:product`,
    empty for what is not on USB; `profiles` are those that fit it."""

    kind: str
    description: str
    usb: str
    reason: UnusedReason
    profiles: tuple[str, ...] = ()


class Care(StrEnum):
    """What a person does for a device from time to time."""

    CLEANING = "cleaning"
    CALIBRATION = "calibration"


class CareDue(msgspec.Struct, frozen=True, kw_only=True):
    """`last_at` and `due_at` are RFC 3339; counted from the day on which the device was first ready here."""

    device_id: str
    care: Care
    last_at: str
    due_at: str
    overdue: bool
