"""The other end of the wire: emulated U.are.U 4500 and Microsoft v2 readers in memory, under the real driver."""

from __future__ import annotations

import secrets
import struct
from collections import deque
from typing import Annotated, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from drivers.contracts import DeviceIdentity
from drivers.errors import DeviceAccessDenied
from drivers.simulated.emulated_usb import Glass
from drivers.simulated.emulated_usb import Options as ReaderOptions
from drivers.transport.usb_memory import MemoryUsbLink
from drivers.uru4000 import codec
from drivers.uru4000.codec import ASLEEP, FAULT, BlockFlag, EventKind, Mode, Register
from drivers.uru4000.driver import Found, Uru4000Reader
from drivers.uru4000.driver import Options as DriverOptions
from drivers.uru4000.scramble import advanced, scrambled

_ANSWER_TIMEOUT_S: Final = 0.5
_AWAKE: Final = 0x01
Block = tuple[int, int]
LIKE_A_RECORDED_ONE: Final[tuple[Block, ...]] = ((2, 72), (0, 1), (2, 49), (1, 1), (0, 1), (2, 49), (0, 1), (2, 116))


class Options(ReaderOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`microsoft`: the v2 reader, which asks a challenge. `blocks` are (flags, rows). `status` at power on."""

    microsoft: bool = False
    blocks: tuple[Block, ...] = LIKE_A_RECORDED_ONE
    status: Annotated[int, msgspec.Meta(ge=0, le=255)] = _AWAKE


class EmulatedUru4000:
    """A `UsbPeer`: registers, events and images as the readers' own, with a drawn print in them."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._glass = Glass(options, codec.HEIGHT, codec.WIDTH)
        self._status = options.status
        self._mode = Mode.OFF
        self._challenge = secrets.token_bytes(codec.CHALLENGE_BYTES)
        self._answered = not options.microsoft
        self._keys = [secrets.randbits(32) | 1 for _ in range(16)]
        self._asked: tuple[int, int] = (0, 0)
        self._events: deque[bytes] = deque()
        self._images: deque[bytes] = deque()

    def control_read(self, value: int, size: int) -> bytes | None:
        if not self._glass.answer():
            return None
        match value:
            case Register.STATUS:
                return bytes([self._status])
            case Register.INFO:
                return bytes.fromhex("1a0a1a0a01150000002000108b211130")
            case Register.KEY:
                number, seed = self._asked
                return (self._keys[number % len(self._keys)] ^ seed).to_bytes(4, "little")
            case Register.CHALLENGE:
                return self._challenge
            case _:
                return None

    def control_write(self, value: int, data: bytes) -> None:
        if (value, data) == (Register.MODE, bytes([Mode.AWAIT_FINGER_ON])):
            self._glass.ask()
        if not self._glass.answer():
            return
        match value:
            case Register.STATUS:
                self._set_status(data[0])
            case Register.MODE:
                self._set_mode(Mode(data[0]))
            case Register.SCRAMBLE:
                self._asked = struct.unpack("<BI", data)
            case Register.RESPONSE:
                self._answered = data == codec.challenge_response(self._challenge)
            case _:
                pass

    def _set_status(self, status: int) -> None:
        if status & ASLEEP:
            self._status = status
            return
        if self._status & FAULT:
            self._status = _AWAKE
            return
        if self._answered:
            self._status = status | _AWAKE
            self._say(EventKind.POWER_ON)

    def _set_mode(self, mode: Mode) -> None:
        self._mode = mode
        if mode is Mode.CAPTURE and not self._glass.due.drop:
            self._images.append(self._image())
        if mode is Mode.AWAIT_FINGER_OFF:
            self._say(EventKind.FINGER_OFF)

    def take(self, endpoint: int, data: bytes) -> None:
        """It has no endpoint that is written to."""

    def give(self, endpoint: int) -> bytes | None:
        if not self._glass.answer():
            return None
        if endpoint == codec.IMAGES:
            return self._images.popleft() if self._images else None
        if self._mode is Mode.AWAIT_FINGER_ON and self._glass.has_finger():
            self._mode = Mode.INIT
            self._say(EventKind.FINGER_ON)
        return self._events.popleft() if self._events else None

    def _say(self, kind: EventKind) -> None:
        self._events.append(int(kind).to_bytes(2, "big").ljust(codec.EVENT_BYTES, b"\0"))

    def _image(self) -> bytes:
        plan = self._glass.due
        print_ = self._glass.show()
        rows = 255 - (print_ if self._options.microsoft else print_[::-1, ::-1])
        sent = _as_sent(rows, self._options.blocks, self._keys)
        if plan.corrupt:
            sent[:] = np.random.default_rng(0).integers(0, 256, sent.shape)
        head = struct.pack("<4sHB9x", b"\x10\x40\x80\x01", len(sent), 0)
        pairs = bytes(value for block in self._options.blocks for value in block)
        data = head + pairs.ljust(codec.HEADER_BYTES - len(head), b"\0") + sent.tobytes()
        return data[: -codec.WIDTH * 40] if plan.wrong_size else data


def _as_sent(rows: NDArray[np.uint8], blocks: tuple[Block, ...], keys: list[int]) -> NDArray[np.uint8]:
    """The present rows as the reader sends them."""
    pieces, number, key, placed = [], 0, keys[0], 0
    for flags, count in blocks:
        block = rows[placed : placed + count]
        placed += count
        if flags & BlockFlag.NEW_KEY:
            number += 1
            key = keys[number]
        if flags & BlockFlag.SCRAMBLED and not flags & BlockFlag.KEY_STANDS:
            mixed, key = scrambled(block.ravel(), key)
            block = mixed.reshape(block.shape)
        elif not flags & BlockFlag.KEY_STANDS:
            key = advanced(key, block.size)
        if not flags & BlockFlag.ABSENT:
            pieces.append(block)
    return np.concatenate(pieces)


def create(options: Options) -> Uru4000Reader:
    """The real driver, joined to the emulator."""

    def connect() -> Found:
        if options.faults.refuse:
            raise DeviceAccessDenied
        model = "Emulated Fingerprint Reader v2" if options.microsoft else "Emulated U.are.U 4500"
        return Found(
            link=MemoryUsbLink(EmulatedUru4000(options)),
            identity=DeviceIdentity(vendor="", model=model, simulated=True),
            asks_challenge=options.microsoft,
            turned=not options.microsoft,
        )

    return Uru4000Reader(DriverOptions(answer_timeout_s=_ANSWER_TIMEOUT_S), connect)
