"""What a serial receiver hears of bytes that were sent at another speed than its own. Pure.

Eight data bits, no parity, one stop bit, the line idle before and after. The line is sampled as a receiver does it:
from each falling edge on, in the middle of each of its own bits. For emulators and tests, but for `BITS_A_BYTE`.
Not responsible for noise or for drifting clocks.
"""

from __future__ import annotations

from typing import Final

BITS_A_BYTE: Final = 10
"""On the line: one start bit, eight of data with the lowest first, one stop bit."""
_BROKEN: Final = 0
"""What Linux hands on for a byte without its stop bit (termios without IGNPAR and PARMRK)."""


def heard(data: bytes, *, sent_baud: int, heard_baud: int) -> bytes:
    """The bytes that a receiver at `heard_baud` makes of `data`: the same at the same speed, else noise or nothing."""
    if sent_baud == heard_baud or not data:
        return data
    line = _Line(data)
    step = sent_baud / heard_baud
    received, at = bytearray(), 0.0
    while (start := line.falls_after(at)) is not None:
        if line.is_high(start + step / 2):
            at = start + step / 2  # too short for a start bit
            continue
        bits = [line.is_high(start + (place + 1.5) * step) for place in range(8)]
        at = start + (BITS_A_BYTE - 0.5) * step
        whole = line.is_high(at)
        received.append(sum(bit << place for place, bit in enumerate(bits)) if whole else _BROKEN)
    return bytes(received)


class _Line:
    """Levels over time; time is counted in bits of the sender."""

    def __init__(self, data: bytes) -> None:
        self._levels = [
            level for byte in data for level in (False, *(bool(byte >> place & 1) for place in range(8)), True)
        ]

    def is_high(self, at: float) -> bool:
        return int(at) >= len(self._levels) or self._levels[int(at)]

    def falls_after(self, at: float) -> float | None:
        """When the line next goes from high to low; None if it stays idle."""
        index = int(at)
        if index == 0 and self._levels and at == 0:
            return 0.0
        for edge in range(index + 1, len(self._levels)):
            if self._levels[edge - 1] and not self._levels[edge]:
                return float(edge)
        return None
