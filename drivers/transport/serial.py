"""A serial port as a `SerialByteLink`, held exclusively, with finite waits and typed errors.

Not responsible for: what the bytes mean, finding the port, or opening it again after it was lost.
"""

from __future__ import annotations

import errno
import termios
import time
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
from drivers.transport import access
from drivers.transport.uart import BITS_A_BYTE

READ_WAIT_S: Final = 0.1
"""How long one read may wait; a driver looks at its stop flag in between."""
_LOOK_S: Final = 0.01
"""How often it is looked whether what was written has gone."""

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
        """Open at once. `write_timeout_s` is also how long what was written may take to go out.

        DeviceNotFound, DeviceAccessDenied, DeviceBusy, DeviceFault or OptionInvalid."""
        self._write_timeout_s = write_timeout_s
        self._last_bytes = 0
        try:
            self._port = serial.Serial(
                path, baudrate=baud, timeout=READ_WAIT_S, write_timeout=write_timeout_s, exclusive=True
            )
        except ValueError as refusal:
            raise OptionInvalid(f"The serial port's settings are not possible: {baud} baud.") from refusal
        except serial.SerialException as failure:
            if failure.errno is None:
                raise DeviceFault("That path is not a serial port, or its driver refuses the settings.") from failure
            kind = _OPEN_ERRORS.get(failure.errno, DeviceFault)
            raise kind(access.SERIAL_PORT if kind is DeviceAccessDenied else None) from failure

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
            self._last_bytes = len(data)
        except serial.SerialTimeoutException as failure:
            raise DeviceTimedOut from failure
        except (OSError, TypeError) as failure:
            raise DeviceLost from failure

    def speak_at(self, baud: int) -> None:
        """What was written goes out at the old speed, what was not read is let go.

        OptionInvalid, DeviceLost; DeviceTimedOut where the line takes nothing, and then what was written is let go.
        """
        if baud == self._port.baudrate:
            return
        try:
            self._await_sent()
            self._port.baudrate = baud
            self._port.reset_input_buffer()
        except ValueError as refusal:
            raise OptionInvalid(f"The serial port does not know that speed: {baud} baud.") from refusal
        # termios.error is no OSError, and pyserial lets it through.
        except (OSError, TypeError, termios.error) as failure:
            raise DeviceLost from failure

    def _await_sent(self) -> None:
        """Not by pyserial's `flush` (tcdrain), which has no end where an adapter takes no bytes."""
        deadline = time.monotonic() + self._write_timeout_s
        while self._port.out_waiting:
            if time.monotonic() >= deadline:
                # Or closing the port would wait for it, half a minute by Linux's default.
                self._port.reset_output_buffer()
                raise DeviceTimedOut
            time.sleep(_LOOK_S)
        # The kernel has handed it on; the last of it may still be in the adapter.
        time.sleep(self._last_bytes * BITS_A_BYTE / self._port.baudrate)
        self._last_bytes = 0

    def close(self) -> None:
        try:
            self._port.close()
        except OSError:
            # Already unplugged: there is nothing left to let go of.
            return
