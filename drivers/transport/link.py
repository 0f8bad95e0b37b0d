"""What a wire is to a driver: bytes go in, bytes come out, each call ends in finite time."""

from __future__ import annotations

from typing import Protocol


class ByteLink(Protocol):
    """A byte stream. All methods raise only `drivers.errors.DriverError`s."""

    def read(self, limit: int) -> bytes:
        """Up to `limit` bytes as soon as there are any; none if nothing came within the link's own short wait."""
        ...

    def write(self, data: bytes) -> None:
        """All of `data`, or DeviceTimedOut, or DeviceLost."""
        ...

    def close(self) -> None:
        """May be called twice. Reads and writes afterwards raise DeviceLost."""
        ...


class SerialByteLink(ByteLink, Protocol):
    """A byte stream over a line that has a speed."""

    def speak_at(self, baud: int) -> None:
        """Both ways from now on; what came at another speed and was not read is let go.

        OptionInvalid, DeviceLost; DeviceTimedOut where the line does not take what was written before.
        """
        ...
