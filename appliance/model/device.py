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
