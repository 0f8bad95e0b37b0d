"""What the page needs of the rest of the box, and nothing more. The composition root fills it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from appliance.attendance.pictures import Pictures
from appliance.attendance.service import AttendanceService
from appliance.errors import KioskError
from appliance.model.configuration import Configuration
from appliance.model.device import Care, CareDue, DeviceStatus, UnusedDevice
from appliance.runtime.clock import Clock
from appliance.technicians.accounts import Accounts


class Finding(Protocol):
    """What the page needs of `health.Finding`."""

    @property
    def check(self) -> str: ...

    @property
    def state(self) -> str: ...

    @property
    def code(self) -> str: ...

    @property
    def sentence(self) -> str: ...


class DemonstrationLogIn(Protocol):
    """Shown on the log-in page of a sandbox, never of a box in service."""

    @property
    def technician_id(self) -> str: ...

    @property
    def password(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPorts:
    attendances: AttendanceService
    pictures: Pictures
    accounts: Accounts
    configuration: Callable[[], Configuration | None]
    refused_configuration: Callable[[], KioskError | None]
    devices: Callable[[], Sequence[DeviceStatus]]
    unused_devices: Callable[[], Sequence[UnusedDevice]]
    care_due: Callable[[], Sequence[CareDue]]
    cared_for: Callable[[str, Care], Awaitable[None]]
    """The technician says that a device was cleaned or calibrated. Raises UsageError `care-unknown`."""
    queue: Callable[[], Sequence[dict[str, Any]]]
    forwarding: Callable[[], dict[str, Any]]
    health: Callable[[], Sequence[Finding]]
    runtime: Callable[[], dict[str, Any]]
    clock: Clock
    try_again: Callable[[str], Awaitable[object]] | None = None
    """Puts a held package back into the queue; without it the page does not offer that."""
    sandbox: bool = False
    demonstration: DemonstrationLogIn | None = None
