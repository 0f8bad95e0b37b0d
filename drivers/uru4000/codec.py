"""Registers, events and images of the U.are.U 4500 and the Microsoft Fingerprint Reader v2. Pure: bytes and back.

An image is a header of 64 bytes, little endian, and rows of 384 pixels in up to 15 blocks. A block may be absent,
scrambled (`scramble`), or come after a change of key. Light ridges on dark; the 4500's sensor is upside down.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from itertools import takewhile
from typing import Final, Self

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

from drivers.contracts import Pixels
from drivers.errors import DeviceProtocolError
from drivers.uru4000.scramble import advanced, unscrambled

WIDTH: Final = 384
HEIGHT: Final = 290
HEADER_BYTES: Final = 64
IMAGE_BYTES: Final = HEADER_BYTES + WIDTH * HEIGHT
RESOLUTION_PPI: Final = 512

EVENTS: Final = 0x81
IMAGES: Final = 0x82
EVENT_BYTES: Final = 64
REQUEST: Final = 4
"""bRequest of the vendor's control transfers; wValue is the register."""

ASLEEP: Final = 0x80
FAULT: Final = 0x04

_LINES: Final = struct.Struct("<4xHB")
_PAIR: Final = struct.Struct("BB")
_PAIRS: Final = slice(16, 16 + 15 * 2)
"""Fifteen blocks at most, as flags and rows; the first one without rows ends the list."""
_NOISE_OF_SCRAMBLED: Final = 5000.0
_NOISE_BETWEEN_ROWS: Final = 8000.0
"""Mean square step; even noise gives 10,922, ridges of full contrast 9 pixels apart 3,800."""
_CHALLENGE_KEY: Final = bytes.fromhex("79ac91795ca1478e98e00f3c598f5f4b")
CHALLENGE_BYTES: Final = 16


class Register(IntEnum):
    STATUS = 0x07
    SCRAMBLE = 0x33
    KEY = 0x34
    MODE = 0x4E
    INFO = 0xF0
    RESPONSE = 0x2000
    CHALLENGE = 0x2010


class Mode(IntEnum):
    INIT = 0x00
    AWAIT_FINGER_ON = 0x10
    AWAIT_FINGER_OFF = 0x12
    CAPTURE = 0x20
    OFF = 0x70


class EventKind(IntEnum):
    """The first two bytes of an event, big endian."""

    POWER_ON = 0x56AA
    FINGER_ON = 0x0101
    FINGER_OFF = 0x0200
    NEXT_SCAN_FAILS = 0x0800


class BlockFlag(IntFlag):
    ABSENT = 0x01
    SCRAMBLED = 0x02
    KEY_STANDS = 0x04
    NEW_KEY = 0x80


def event_kind(event: bytes) -> int:
    """Which event; one of `EventKind` or something that is not waited for. 0 for what is too short."""
    return int.from_bytes(event[:2], "big") if len(event) >= 2 else 0


def challenge_response(challenge: bytes) -> bytes:
    """What the Microsoft v2 reader wants to hear before it wakes up."""
    if len(challenge) != CHALLENGE_BYTES:
        raise DeviceProtocolError
    # One block of AES as the reader's own protocol has it; nothing of ours is kept secret by it.
    encryptor = Cipher(algorithms.AES(_CHALLENGE_KEY), modes.ECB()).encryptor()  # noqa: S305
    return encryptor.update(challenge) + encryptor.finalize()


def scramble_request(key_number: int, seed: int) -> bytes:
    """What register 0x33 takes: which key is asked for, and our part of it."""
    return struct.pack("<BI", key_number & 0xFF, seed)


def key_from(answer: bytes, seed: int) -> int:
    """The key that register 0x34 holds."""
    if len(answer) != 4:
        raise DeviceProtocolError
    return int.from_bytes(answer, "little") ^ seed


@dataclass(frozen=True, slots=True)
class RawImage:
    """An image as it came. `blocks` are (flags, rows); `rows` hold only what is present, (n, 384) uint8."""

    key_number: int
    blocks: tuple[tuple[BlockFlag, int], ...]
    rows: NDArray[np.uint8]

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DeviceProtocolError where the header and what follows it do not fit together."""
        if len(data) < HEADER_BYTES or (len(data) - HEADER_BYTES) % WIDTH:
            raise DeviceProtocolError("The fingerprint reader sent a broken image.")
        lines, key_number = _LINES.unpack_from(data)
        blocks = tuple(_begun_within(lines, takewhile(_has_rows, _PAIR.iter_unpack(data[_PAIRS]))))
        rows = np.frombuffer(data, np.uint8, offset=HEADER_BYTES).reshape(-1, WIDTH)
        present = sum(count for flags, count in blocks if not flags & BlockFlag.ABSENT)
        total = sum(count for _, count in blocks)
        if not 2 <= lines <= HEIGHT or total > HEIGHT or not 2 <= present <= len(rows):
            raise DeviceProtocolError("The fingerprint reader sent an image that is not whole.")
        return cls(key_number, blocks, rows)

    def is_scrambled(self) -> bool:
        """Whether its first two rows vary as noise does: nothing lies on the glass there yet."""
        pair = self.rows[:2].astype(np.float64)
        return float(((pair[0] + pair[1] - 2 * pair.mean()) ** 2).mean()) >= _NOISE_OF_SCRAMBLED

    def assembled(self, ask_key: Callable[[int], int]) -> NDArray[np.uint8]:
        """(290, 384) uint8, made plain; `ask_key` fetches the key of a number from the reader.

        Raises DeviceProtocolError where a key does not fit: what it yields is still noise.
        """
        rows = self.rows.copy()
        scrambled = self.is_scrambled()
        number = self.key_number
        key = ask_key(number) if scrambled else 0
        taken = 0
        for flags, count in self.blocks:
            if scrambled and flags & BlockFlag.NEW_KEY:
                number += 1
                key = ask_key(number)
            absent = bool(flags & BlockFlag.ABSENT)
            mixed = flags & (BlockFlag.SCRAMBLED | BlockFlag.KEY_STANDS) if scrambled else BlockFlag.KEY_STANDS
            block = self.rows[taken : taken + count]
            if mixed == BlockFlag.SCRAMBLED and not absent:
                plain, key = unscrambled(block.ravel(), key)
                rows[taken : taken + count] = plain.reshape(block.shape)
                if _is_noise(rows[taken : taken + count]):
                    raise DeviceProtocolError("The fingerprint reader's image cannot be read: its key does not fit.")
            elif not mixed & BlockFlag.KEY_STANDS:
                key = advanced(key, WIDTH * count)
            taken += 0 if absent else count
        return self._laid_out(rows)

    def _laid_out(self, rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The rows at their places. What is absent shows what comes next, as libfprint shows it."""
        image = np.zeros((HEIGHT, WIDTH), np.uint8)
        taken = placed = 0
        for flags, count in self.blocks:
            block = rows[taken : taken + count]
            image[placed : placed + len(block)] = block
            taken += 0 if flags & BlockFlag.ABSENT else count
            placed += count
        return image


def _is_noise(rows: NDArray[np.uint8]) -> bool:
    """Whether neighbours in (n, 384) rows have nothing to do with each other. Never of a single row."""
    if len(rows) < 2:
        return False
    steps = rows[1:].astype(np.float32) - rows[:-1]
    return float(np.square(steps).mean()) >= _NOISE_BETWEEN_ROWS


def _has_rows(pair: tuple[int, int]) -> bool:
    return pair[1] > 0


def _begun_within(lines: int, pairs: Iterable[tuple[int, int]]) -> Iterator[tuple[BlockFlag, int]]:
    """The blocks up to the one that completes the rows that the header promises: what follows means nothing."""
    taken = 0
    for flags, count in pairs:
        if taken >= lines:
            return
        yield BlockFlag(flags), count
        taken += 0 if flags & BlockFlag.ABSENT else count


def upright(image: NDArray[np.uint8], out: Pixels, *, turned: bool) -> None:
    """Dark ridges on light into `out`, (290, 384); turned by 180° where the sensor is built in upside down."""
    np.subtract(255, image[::-1, ::-1] if turned else image, out=out)
