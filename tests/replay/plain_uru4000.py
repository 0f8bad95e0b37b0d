"""A U.are.U 4500 or Microsoft v2 reader, written down plainly and slowly from the protocol's facts, as an oracle.

It shares no line with the driver and its emulator: what both had wrong would show here. It says what such a reader and
whoever reads it send each other (`Scene.recorded`), and which picture has to come out of it (`Scene.expected`).
"""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Final

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from drivers.contracts import Pixels
from tests.replay.usbmon import Traffic, Transfer, Urb, device_description

WIDTH, HEIGHT = 384, 290
_HWSTAT, _MODE, _INFO, _ASK_KEY, _KEY, _CHALLENGE, _RESPONSE = 0x07, 0x4E, 0xF0, 0x33, 0x34, 0x2010, 0x2000
_REQUEST: Final = 4
_EVENTS, _IMAGES = 0x81, 0x82
_AES_KEY: Final = bytes.fromhex("79ac91795ca1478e98e00f3c598f5f4b")
_XOR_FROM: Final = (4, 8, 11, 14, 18, 21, 24, 29)
ABSENT, ENCRYPTED, KEY_STANDS, NEW_KEY = 0x01, 0x02, 0x04, 0x80
Block = tuple[int, int]


class Wait(Enum):
    """How a wait for a finger ends: NOBODY came until whoever reads asks whether the reader is still there."""

    FINGER = auto()
    NOBODY = auto()
    STOPPED = auto()


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What one reader is asked for. `blocks` are (flags, rows) and make 290 rows.

    `statuses` are what it reads out while it is woken: before anything, then in its reboot loop if it needs one, then
    after each attempt to power it up; one with a challenge asks it after each attempt in vain. `aes_key` is what it
    takes answers under. `encrypted` False sends everything plain, whatever the blocks say. `openings` are the waits
    for a finger each time that it is opened; it is closed between two.
    """

    ids: tuple[int, int]
    challenges: bool
    upside_down: bool
    seed: int
    blocks: tuple[Block, ...]
    encrypted: bool = True
    first_status: int = 0x01
    reboot_statuses: tuple[int, ...] = ()
    wake_statuses: tuple[int, ...] = (0x01,)
    aes_key: bytes = _AES_KEY
    key_number: int = 0xFE
    chance: int = 0
    openings: tuple[tuple[Wait, ...], ...] = ((Wait.FINGER,),)

    def upright(self) -> Pixels:
        """The finger: dark ridges on light, blank above, (290, 384) uint8."""
        y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
        ridges = 128 + 90 * np.sin(np.hypot(x - 190, 1.3 * (y - 170)) / 1.9 + x / 40)
        inside = ((x - 190) / 150) ** 2 + ((y - 150) / 120) ** 2 < 1
        picture: Pixels = np.where(inside, ridges, 236 + (x + y) % 7).astype(np.uint8)
        return picture

    def expected(self) -> Pixels:
        """What has to come out: the last byte of an encrypted block is lost; an absent one shows the rows after it."""
        raw = self._raw()
        present, placed = [], 0
        for flags, rows in self.blocks:
            block = raw[placed : placed + rows].copy()
            if self._is_encrypted(flags):
                block[-1, -1] = 0
            present += [] if flags & ABSENT else [block]
            placed += rows
        sent, shown, taken = np.concatenate(present), [], 0
        for flags, rows in self.blocks:
            shown.append(sent[taken : taken + rows])
            taken += 0 if flags & ABSENT else rows
        return self._turned(255 - np.concatenate(shown))

    def recorded(self, folder: Path) -> None:
        """Write `device` and `capture.pcapng` there."""
        traffic = Traffic()
        for waits in self.openings:
            listening = traffic.submit(Transfer.INTERRUPT, _EVENTS, 64)
            listening = self._wake(traffic, listening)
            traffic.control_read(_REQUEST, _INFO, bytes(16))
            for wait in waits:
                listening = self._waited(traffic, listening, wait)
            traffic.control_write(_REQUEST, _MODE, b"\x70")
            traffic.give_up(listening)
        folder.mkdir()
        (folder / "capture.pcapng").write_bytes(traffic.to_bytes())
        endpoints = ((_EVENTS, Transfer.INTERRUPT), (_IMAGES, Transfer.BULK))
        (folder / "device").write_text(device_description(*self.ids, endpoints))

    def _waited(self, traffic: Traffic, listening: Urb, wait: Wait) -> Urb:
        traffic.control_write(_REQUEST, _MODE, b"\x10")
        if wait is Wait.STOPPED:
            return listening
        if wait is Wait.NOBODY:
            traffic.control_read(_REQUEST, _HWSTAT, b"\x01")
            return listening
        listening = _event(traffic, listening, 0x0101)
        image = traffic.submit(Transfer.BULK, _IMAGES, 64 + WIDTH * HEIGHT)
        traffic.control_write(_REQUEST, _MODE, b"\x20")
        data, keys = self._sent()
        traffic.complete(image, data)
        for number, key in keys:
            traffic.control_write(_REQUEST, _ASK_KEY, struct.pack("<BI", number, self.seed))
            traffic.control_read(_REQUEST, _KEY, struct.pack("<I", key ^ self.seed))
        traffic.control_write(_REQUEST, _MODE, b"\x12")
        return _event(traffic, listening, 0x0200)

    def _wake(self, traffic: Traffic, listening: Urb) -> Urb:
        chance, status = random.Random(self.chance), self.first_status
        traffic.control_read(_REQUEST, _HWSTAT, bytes([status]))
        if status & 0x84 == 0x84:
            traffic.control_write(_REQUEST, _HWSTAT, bytes([status & 0x0F]))
            for status in self.reboot_statuses:
                traffic.control_read(_REQUEST, _HWSTAT, bytes([status]))
        if not status & 0x80:
            traffic.control_write(_REQUEST, _HWSTAT, bytes([status | 0x80]))
        for answer in self.wake_statuses:
            traffic.control_write(_REQUEST, _HWSTAT, bytes([status & 0x0F]))
            if not answer & 0x80:
                listening = _event(traffic, listening, 0x56AA)
            traffic.control_read(_REQUEST, _HWSTAT, bytes([answer]))
            if answer & 0x80 and self.challenges:
                challenge = chance.randbytes(16)
                cipher = Cipher(algorithms.AES(self.aes_key), modes.ECB()).encryptor()  # noqa: S305 - as the reader has it
                traffic.control_read(_REQUEST, _CHALLENGE, challenge)
                traffic.control_write(_REQUEST, _RESPONSE, cipher.update(challenge))
        return listening

    def _sent(self) -> tuple[bytes, list[tuple[int, int]]]:
        """The bulk transfer, and the keys in the order in which they are asked for."""
        chance, raw = random.Random(self.chance), self._raw()
        key, number = chance.getrandbits(32) | 1, self.key_number
        asked, data, placed = [(number, key)], bytearray(), 0
        for flags, rows in self.blocks:
            block = raw[placed : placed + rows].tobytes()
            placed += rows
            if flags & NEW_KEY:
                key, number = chance.getrandbits(32) | 1, (number + 1) % 256
                asked.append((number, key))
            if self._is_encrypted(flags):
                mixed = bytearray([chance.randrange(256)])
                for byte in block[:-1]:
                    mixed.append(byte ^ xor_byte(key))
                    key = next_key(key)
                key, block = next_key(key), bytes(mixed)
            elif not flags & KEY_STANDS:
                for _ in block:
                    key = next_key(key)
            if not flags & ABSENT:
                data += block
        head = bytearray(64)
        struct.pack_into("<HB", head, 4, len(data) // WIDTH, self.key_number)
        for place, block_ in enumerate(self.blocks):
            struct.pack_into("BB", head, 16 + 2 * place, *block_)
        return bytes(head + data), asked if self.encrypted else []

    def _is_encrypted(self, flags: int) -> bool:
        return self.encrypted and flags & (ENCRYPTED | KEY_STANDS | ABSENT) == ENCRYPTED

    def _raw(self) -> Pixels:
        """As the sensor has it: light ridges on dark, upside down where it is built in so."""
        return self._turned(255 - self.upright())

    def _turned(self, image: Pixels) -> Pixels:
        return np.rot90(image, 2) if self.upside_down else image


def _event(traffic: Traffic, listening: Urb, kind: int) -> Urb:
    """The reader says something; whoever listens goes on listening."""
    traffic.complete(listening, kind.to_bytes(2, "big") + bytes(62))
    return traffic.submit(Transfer.INTERRUPT, _EVENTS, 64)


def xor_byte(key: int) -> int:
    return sum((key >> bit & 1) << place for place, bit in enumerate(_XOR_FROM))


def next_key(key: int) -> int:
    return (bin(key & 0x9248144D).count("1") % 2) << 31 | key >> 1
