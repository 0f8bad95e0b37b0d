"""Commands to a chip and its answers, as bytes and back (ISO/IEC 7816-4:2020, clause 5): pure.

What they hold is personal: they are never shown, not even by `repr`.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.errors import DeviceProtocolError, RequestUnsupported

COMMAND_LIMIT_BYTES = 4 + 3 + 65_535 + 2
"""Header, extended Lc, data, extended Le (table 1)."""
RESPONSE_LIMIT_BYTES = 65_536 + 2
"""Data and the two status bytes (table 3)."""
ATR_LIMIT_BYTES = 33
"""ISO/IEC 7816-3:2006, clause 8.2.1: TS and at most 32 characters."""
_HEADER_BYTES = 4
_SHORT_DATA = 255
_SHORT_NE = 256
_MOST_NE = 65_536


@dataclass(frozen=True, slots=True, repr=False)
class CommandApdu:
    """`ne` is how many bytes are wanted back at most, 0 for none (no Le field)."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    ne: int = 0

    def __repr__(self) -> str:
        return f"CommandApdu({len(self.data)} bytes)"

    def to_bytes(self) -> bytes:
        """Short where it fits, extended otherwise. Raises RequestUnsupported for what no command can say."""
        header = (self.cla, self.ins, self.p1, self.p2)
        if not all(0 <= value <= 255 for value in header) or not 0 <= self.ne <= _MOST_NE or len(self.data) > 65_535:
            raise RequestUnsupported("A chip cannot be told that: the command is outside its limits.")
        extended = len(self.data) > _SHORT_DATA or self.ne > _SHORT_NE
        size = 2 if extended else 1
        # In an extended command one leading zero byte says so, before Lc or before Le where there is no Lc.
        mark = b"\0" if extended else b""
        lc = mark + len(self.data).to_bytes(size, "big") if self.data else b""
        le = (self.ne % (1 << 8 * size)).to_bytes(size, "big") if self.ne else b""
        return bytes(header) + lc + self.data + (mark if not lc else b"") * bool(le) + le

    @classmethod
    def from_bytes(cls, command: bytes) -> CommandApdu:
        """Raises RequestUnsupported for bytes that are no command."""
        if not _HEADER_BYTES <= len(command) <= COMMAND_LIMIT_BYTES:
            raise RequestUnsupported("What was to be sent to the chip is no command.")
        cla, ins, p1, p2 = command[:_HEADER_BYTES]
        data, ne = _body(command[_HEADER_BYTES:])
        return cls(cla, ins, p1, p2, data, ne)


@dataclass(frozen=True, slots=True, repr=False)
class ResponseApdu:
    """`sw` is the status word: 0x9000 is success."""

    data: bytes
    sw: int

    def __repr__(self) -> str:
        return f"ResponseApdu({len(self.data)} bytes)"

    def to_bytes(self) -> bytes:
        return self.data + self.sw.to_bytes(2, "big")

    @classmethod
    def from_bytes(cls, response: bytes) -> ResponseApdu:
        """Raises DeviceProtocolError for bytes that are no answer: SW1 is 61 to 6F or 90 to 9F (clause 5.6)."""
        if not 2 <= len(response) <= RESPONSE_LIMIT_BYTES:
            raise DeviceProtocolError("The chip's answer is too short or too long.")
        if response[-2] & 0xF0 not in (0x60, 0x90) or response[-2] == 0x60:
            raise DeviceProtocolError("The chip's answer has no valid status.")
        return cls(response[:-2], int.from_bytes(response[-2:], "big"))


def _body(body: bytes) -> tuple[bytes, int]:
    """(data, Ne) of what follows the header: the cases 1 to 4 of table 1, short or extended."""
    if not body:
        return b"", 0
    if len(body) == 1:
        return b"", body[0] or _SHORT_NE
    size = 2 if body[0] == 0 else 1
    body = body[1:] if size == 2 else body
    if len(body) == size == 2:
        return b"", int.from_bytes(body, "big") or _MOST_NE
    nc, rest = int.from_bytes(body[:size], "big"), body[size:]
    data, le = rest[:nc], rest[nc:]
    if not nc or len(data) != nc or len(le) not in (0, size):
        raise RequestUnsupported("What was to be sent to the chip is no command.")
    return data, (int.from_bytes(le, "big") or 1 << 8 * size) if le else 0
