"""A chip that is not there: files of seeded bytes behind SELECT, READ BINARY and GET CHALLENGE (ISO/IEC 7816-4).

Shaped like a travel document's (ICAO 9303-10: application A0000002471001, files by short numbers), but of no
person, without access control and without signatures. Serves the simulated reader and the emulator of a card alike.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from drivers.contracts.apdu import CommandApdu, ResponseApdu
from drivers.errors import RequestUnsupported

APPLICATION: Final = bytes.fromhex("a0000002471001")
EF_COM: Final = 0x011E
EF_DG1: Final = 0x0101
EF_DG2: Final = 0x0102
_SIZES: Final = {EF_COM: 24, EF_DG1: 93, EF_DG2: 12_000}

OK, WRONG_LENGTH, NOT_FOUND, WRONG_OFFSET, NO_FILE, NOT_KNOWN = 0x9000, 0x6700, 0x6A82, 0x6B00, 0x6986, 0x6D00
END_OF_FILE: Final = 0x6282
"""Fewer bytes than asked for."""


def contactless_atr(historical: bytes) -> bytes:
    """The ATR that a contactless reader makes up (PC/SC part 3, clause 3.1.3.2.3): T=0 and T=1, 1 to 15 bytes, TCK."""
    body = bytes([0x80 | len(historical), 0x80, 0x01]) + historical
    check = 0
    for value in body:
        check ^= value
    return b"\x3b" + body + bytes([check])


class ChipCard:
    """One card. `answer` is what it would send back; `reset` is a new laying down."""

    atr: Final = contactless_atr(b"KIOSK")

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - pretended content
        self.files = {number: chance.randbytes(size) for number, size in _SIZES.items()}
        self._challenges = random.Random(seed + 1)  # noqa: S311
        self._applications: dict[int, Callable[[CommandApdu], ResponseApdu]] = {
            0xA4: self._select,
            0xB0: self._read_binary,
            0x84: self._challenge,
        }
        self.reset()

    def reset(self) -> None:
        self._in_application = False
        self._file: bytes | None = None

    def answer(self, command: bytes) -> bytes:
        try:
            asked = CommandApdu.from_bytes(command)
        except RequestUnsupported:
            return ResponseApdu(b"", WRONG_LENGTH).to_bytes()
        known = self._applications.get(asked.ins)
        return (known(asked) if known else ResponseApdu(b"", NOT_KNOWN)).to_bytes()

    def _select(self, asked: CommandApdu) -> ResponseApdu:
        """By application name (P1 04) or by file number (P1 02)."""
        if asked.p1 == 0x04:
            self.reset()
            self._in_application = asked.data == APPLICATION
            return ResponseApdu(b"", OK if self._in_application else NOT_FOUND)
        number = int.from_bytes(asked.data, "big") if len(asked.data) == 2 else 0
        self._file = self.files.get(number) if self._in_application else None
        return ResponseApdu(b"", NOT_FOUND if self._file is None else OK)

    def _read_binary(self, asked: CommandApdu) -> ResponseApdu:
        """Of the selected file; P1 and P2 are the offset (clause 11.3.3)."""
        offset = asked.p1 << 8 | asked.p2
        if self._file is None:
            return ResponseApdu(b"", NO_FILE)
        if offset >= len(self._file):
            return ResponseApdu(b"", WRONG_OFFSET)
        data = self._file[offset : offset + asked.ne]
        return ResponseApdu(data, OK if len(data) == asked.ne else END_OF_FILE)

    def _challenge(self, asked: CommandApdu) -> ResponseApdu:
        return ResponseApdu(self._challenges.randbytes(asked.ne), OK)
