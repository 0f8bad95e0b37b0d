"""From plugged in to awake: out of the fault state, asleep, then up; Microsoft's reader asks a challenge on the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from drivers.errors import DeviceFault, DeviceTimedOut
from drivers.transport.usb import Listener, UsbLink
from drivers.uru4000 import codec
from drivers.uru4000.codec import ASLEEP, FAULT, EventKind, Register

_REBOOTS: Final = 100
_POWER_UPS: Final = 100
_PAUSE_S: Final = 0.01
_AWAKE_S: Final = 0.3
_AWAKE_TRIES: Final = 3


def wake(link: UsbLink, events: Listener, *, asks_challenge: bool, sleep: Callable[[float], None] = time.sleep) -> None:
    """Returns once the reader has said that its scanner is powered. DeviceFault, DeviceTimedOut."""
    for _ in range(_AWAKE_TRIES):
        status = _status(link)
        if status & (ASLEEP | FAULT) == ASLEEP | FAULT:
            status = _reboot(link, status, sleep)
        if not status & ASLEEP:
            _write_status(link, status | ASLEEP)
        _power_up(link, status & 0x0F, asks_challenge=asks_challenge, sleep=sleep)
        if _hears_awake(events):
            return
    raise DeviceTimedOut("The fingerprint reader does not wake up: unplug it and plug it in again.")


def _reboot(link: UsbLink, status: int, sleep: Callable[[float], None]) -> int:
    _write_status(link, status & 0x0F)
    for _ in range(_REBOOTS):
        status = _status(link)
        if status & 0x01:
            return status
        sleep(_PAUSE_S)
    raise DeviceFault("The fingerprint reader reports a fault that it does not recover from: unplug it.")


def _power_up(link: UsbLink, status: int, *, asks_challenge: bool, sleep: Callable[[float], None]) -> None:
    for _ in range(_POWER_UPS):
        _write_status(link, status)
        if not _status(link) & ASLEEP:
            return
        sleep(_PAUSE_S)
        if asks_challenge:
            challenge = link.control_read(codec.REQUEST, Register.CHALLENGE, codec.CHALLENGE_BYTES)
            link.control_write(codec.REQUEST, Register.RESPONSE, codec.challenge_response(challenge))
    raise DeviceTimedOut("The fingerprint reader does not wake up: unplug it and plug it in again.")


def _hears_awake(events: Listener) -> bool:
    deadline = time.monotonic() + _AWAKE_S
    while (wait_s := deadline - time.monotonic()) > 0:
        if codec.event_kind(events.next(wait_s) or b"") == EventKind.POWER_ON:
            return True
    return False


def _status(link: UsbLink) -> int:
    answer = link.control_read(codec.REQUEST, Register.STATUS, 1)
    return answer[0] if answer else 0


def _write_status(link: UsbLink, status: int) -> None:
    link.control_write(codec.REQUEST, Register.STATUS, bytes([status]))
