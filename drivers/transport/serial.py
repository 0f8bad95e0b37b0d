"""A serial port as a `SerialByteLink`, held exclusively, with finite waits and typed errors.

Not responsible for: what the bytes mean, finding the port, or opening it again after it was lost.
"""

from __future__ import annotations

import errno
import termios
from typing import Final

import serial

from drivers.errors import (
    DeviceAccessDenied,
    DeviceBusy,
    DeviceFault,
    DeviceLost,
    DeviceNotFound,
    DeviceTimedOut,
    DriverError,
    OptionInvalid,
)

READ_WAIT_S: Final = 0.1
"""How long one read may wait; a driver looks at its stop flag in between."""

_OPEN_ERRORS: Final[dict[int | None, type[DriverError]]] = {
    errno.ENOENT: DeviceNotFound,
    errno.ENODEV: DeviceNotFound,
    errno.ENXIO: DeviceNotFound,
    errno.EIO: DeviceLost,
    errno.EACCES: DeviceAccessDenied,
    errno.EPERM: DeviceAccessDenied,
    errno.EBUSY: DeviceBusy,
    errno.EAGAIN: DeviceBusy,  # somebody else holds the lock
}


class SerialLink:
    """8 data bits, no parity, 1 stop bit; the port is locked, so that two drivers never share one device."""

    def __init__(self, path: str, *, baud: int, write_timeout_s: float = 1.0) -> None:
        """Open at once. DeviceNotFound, DeviceAccessDenied, DeviceBusy, DeviceFault or OptionInvalid."""
        try:
            self._port = serial.Serial(
                path, baudrate=baud, timeout=READ_WAIT_S, write_timeout=write_timeout_s, exclusive=True
            )
        except ValueError as refusal:
            raise OptionInvalid(f"The serial port's settings are not possible: {baud} baud.") from refusal
        except serial.SerialException as failure:
            if failure.errno is None:
                raise DeviceFault("That path is not a serial port, or its driver refuses the settings.") from failure
            raise _OPEN_ERRORS.get(failure.errno, DeviceFault)() from failure

    def read(self, limit: int) -> bytes:
        try:
            first = self._port.read(1)
            if not first or limit == 1:
                return first
            return first + self._port.read(min(self._port.in_waiting, limit - 1))
        # An unplugged port shows in several ways, by platform and by adapter: OSError (SerialException is one),
        # or TypeError where pyserial finds its own descriptor gone.
        except (OSError, TypeError) as failure:
            raise DeviceLost from failure

    def write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except serial.SerialTimeoutException as failure:
            raise DeviceTimedOut from failure
        except (OSError, TypeError) as failure:
            raise DeviceLost from failure

    def speak_at(self, baud: int) -> None:
        """What was written goes out at the old speed, what was not read is let go. OptionInvalid, DeviceLost."""
        if baud == self._port.baudrate:
            return
        try:
            self._port.flush()
            self._port.baudrate = baud
            self._port.reset_input_buffer()
        except ValueError as refusal:
            raise OptionInvalid(f"The serial port does not know that speed: {baud} baud.") from refusal
        # termios.error is no OSError, and pyserial lets it through.
        except (OSError, TypeError, termios.error) as failure:
            raise DeviceLost from failure

    def close(self) -> None:
        try:
            self._port.close()
        except OSError:
            # Already unplugged: there is nothing left to let go of.
            return
