"""Finds one scanner on this machine's SBI ports and has it prove who it is. Believing is `checks`'."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Final

from drivers.errors import (
    DeviceAccessDenied,
    DeviceBusy,
    DeviceFault,
    DeviceNotFound,
    DeviceUntrusted,
    DriverError,
)
from drivers.sbi import client
from drivers.sbi.answers import UNREGISTERED, raise_if_error
from drivers.sbi.checks import CERTIFIED, Device, Trust, accept_device
from drivers.sbi.messages import ANY_DEVICE, READY, DiscoveredDevice, ErrorInfo
from drivers.sbi.options import Options
from drivers.sbi.wire import listening_ports

_ASK_S: Final = 5.0
_SCAN_S: Final = 0.5
_ALL_S: Final = 10.0
_NO_SERVICE: Final = "No scanner's service answers on ports 4501 to 4600: start the maker's SBI service."


@dataclass(frozen=True, slots=True)
class Found:
    port: int
    device: Device


def find(options: Options, kind: str, trust: Trust) -> Found:
    """The first wanted scanner that proves itself; when there is none, the reason of the last that did not.

    Raises drivers' errors, DeviceNotFound when nothing of `kind` is offered.
    """
    search = _Search(options, kind, trust)
    if options.port:
        found, reason = search.ask(options.port)
        if found is None:
            raise reason or search.unwanted()
        return found
    reasons: list[DriverError] = []
    answered = False
    for port in listening_ports(client.PORTS, _SCAN_S):
        try:
            found, reason = search.ask(port)
        except DriverError:
            continue  # another program's port: it speaks no SBI
        answered = True
        if found is not None:
            return found
        reasons += [reason] if reason else []
    raise reasons[-1] if reasons else search.unwanted() if answered else DeviceNotFound(_NO_SERVICE)


def offered_scanners() -> list[tuple[int, DiscoveredDevice]]:
    """What the services on SBI's ports say that they have, by port. Nothing of it is proved; nothing is opened."""
    never, until_s = threading.Event(), time.monotonic() + _ALL_S
    said = []
    for port in listening_ports(client.PORTS, _SCAN_S):
        deadline_s = min(time.monotonic() + _ASK_S, until_s)
        try:
            offers = client.discover(port, ANY_DEVICE, deadline_s=deadline_s, stop=never)
        except DriverError:
            continue
        said += [(port, offer) for offer in offers if isinstance(offer, DiscoveredDevice)]
    return said


def _not_ready(status: str) -> DriverError:
    match status:
        case "Busy":
            return DeviceBusy()
        case "Not Registered":
            return DeviceAccessDenied(UNREGISTERED)
        case other:
            return DeviceFault(f"The scanner's service says of it: {other}.")


class _Search:
    def __init__(self, options: Options, kind: str, trust: Trust) -> None:
        self._options = options
        self._kind = kind
        self._trust = trust
        self._until_s = time.monotonic() + _ALL_S
        self._never = threading.Event()

    def unwanted(self) -> DriverError:
        """For a service that answers and has no such scanner."""
        wanted = f"{self._options.device_sub_type} {self._kind}".strip().lower()
        return DeviceNotFound(
            f"A scanner's service answers, but offers no {wanted} scanner of that name: check the settings."
        )

    def ask(self, port: int) -> tuple[Found | None, DriverError | None]:
        """The scanner, or why the one that is there will not do. Raises where no SBI service answers."""
        reason: DriverError | None = None
        for offer in client.discover(port, self._kind, deadline_s=self._deadline_s(), stop=self._never):
            try:
                device = self._device(port, offer)
            except DriverError as error:
                reason = error
            else:
                if device is not None:
                    return Found(port, device), None
        return None, reason

    def _device(self, port: int, offer: DiscoveredDevice | ErrorInfo) -> Device | None:
        """None for a scanner that nobody asked for."""
        if isinstance(offer, ErrorInfo):
            raise_if_error(offer)
            return None
        if not self._is_wanted(offer):
            return None
        if offer.device_status != READY:
            raise _not_ready(offer.device_status)
        device = self._believed(port, offer)
        if self._options.certification == CERTIFIED and not device.certified:
            said = " and ".join(repr(level) for level in sorted(device.levels))
            raise DeviceUntrusted(
                f"The scanner says that its level is {said}, and the setting certification asks for {CERTIFIED!r}."
            )
        return device

    def _is_wanted(self, offer: DiscoveredDevice) -> bool:
        claimed = offer.claimed_id()
        names = (claimed.serial_no, offer.device_id, offer.device_code)
        return (
            claimed.type == self._kind
            and self._options.device_sub_type in ("", claimed.device_sub_type)
            and (not self._options.device or self._options.device in names)
        )

    def _believed(self, port: int, offer: DiscoveredDevice) -> Device:
        """A service with several scanners tells of all of them: the one that signs for this offer."""
        reason: DriverError = DeviceUntrusted()
        for answer in client.device_infos(port, deadline_s=self._deadline_s(), stop=self._never):
            try:
                raise_if_error(answer.error)
                return accept_device(offer, answer.device_info or "", self._trust)
            except DriverError as error:
                reason = error
        raise reason

    def _deadline_s(self) -> float:
        return min(time.monotonic() + _ASK_S, self._until_s)
