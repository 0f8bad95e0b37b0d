"""The wire of vsmartcard's virtual reader, as bytes and back: a 16-bit length, big endian, and that many bytes.

One byte is a control (power off, power on, reset, ask for the ATR), more are a command APDU. Only the last two are
answered. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

DEFAULT_PORT = 35_963
LIMIT_BYTES = 0xFFFF
_PREFIX_BYTES = 2


class Control(IntEnum):
    POWER_OFF = 0
    POWER_ON = 1
    RESET = 2
    ATR = 4


def to_bytes(message: bytes) -> bytes:
    """Raises ValueError for a message that the length cannot say."""
    if len(message) > LIMIT_BYTES:
        raise ValueError("a message over the limit")
    return len(message).to_bytes(_PREFIX_BYTES, "big") + message


class VpcdReader:
    """Puts messages together again from pieces of any size."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._buffer += data
        while len(self._buffer) >= _PREFIX_BYTES:
            end = _PREFIX_BYTES + int.from_bytes(self._buffer[:_PREFIX_BYTES], "big")
            if len(self._buffer) < end:
                return
            message = bytes(self._buffer[_PREFIX_BYTES:end])
            del self._buffer[:end]
            yield message
