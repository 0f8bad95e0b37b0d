"""SBI's error numbers as the errors of this project. Pure. MOSIP SBI 0.9.5, error codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from drivers.errors import (
    CaptureTimedOut,
    DeviceAccessDenied,
    DeviceBusy,
    DeviceFault,
    DeviceNotFound,
    DeviceProtocolError,
    DeviceUntrusted,
    DriverError,
    RequestUnsupported,
)
from drivers.sbi.messages import ErrorInfo

UNREGISTERED: Final = "The scanner is not registered: ask the field engineer to register it."
NOT_REGISTERED: Final = 100
NO_BIOMETRIC: Final = 101
NO_DOMAIN_KEY: Final = 108
NOT_READY: Final = 110
BUSY: Final = 111
BAD_TRANSACTION: Final = 112
COUNT_UNSUPPORTED: Final = 109
NO_DEVICE: Final = 202
VENDOR_FAULT: Final = 500

_ERRORS: Final[Mapping[int, tuple[type[DriverError], str | None]]] = {
    NOT_REGISTERED: (DeviceAccessDenied, UNREGISTERED),
    NO_BIOMETRIC: (CaptureTimedOut, None),
    102: (DeviceFault, "The scanner could not make anything of its image: try again."),
    103: (DeviceUntrusted, "The scanner reports that somebody tampered with it: do not use it."),
    104: (DeviceFault, "The scanner cannot reach its maker's management server: tell the field engineer."),
    105: (CaptureTimedOut, "What was presented lay the wrong way round: try again."),
    106: (CaptureTimedOut, None),
    107: (DeviceUntrusted, "The scanner's key has expired: ask the field engineer to renew it."),
    NO_DOMAIN_KEY: (DeviceFault, "The scanner lacks the key of the domain: tell the field engineer."),
    COUNT_UNSUPPORTED: (RequestUnsupported, "The scanner cannot take as many fingers at once as were asked for."),
    NOT_READY: (DeviceFault, "The scanner is not ready: wait a moment, or plug it in again."),
    BUSY: (DeviceBusy, None),
    BAD_TRANSACTION: (DeviceProtocolError, "The scanner refuses this post's transaction number."),
    NO_DEVICE: (DeviceNotFound, None),
}


def raise_if_error(error: ErrorInfo | None) -> None:
    """The error that an answer reports, by its name; what it says in words is not repeated."""
    if error is not None and error.error_code != 0:
        kind, sentence = _ERRORS.get(error.error_code, (DeviceFault, None))
        raise kind(sentence or (f"The scanner reports fault {error.error_code}." if kind is DeviceFault else None))
