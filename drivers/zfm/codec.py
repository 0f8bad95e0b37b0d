"""The packets of ZFM-20, R30x and R503 fingerprint modules, as bytes and back. Pure: no port, no clock.

    EF 01 | address 4 | kind 1 | length 2 (payload + 2) | payload | sum 2 (kind + both length bytes + payload)

Everything is big endian. Not responsible for which command is answered how (`driver`).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

import numpy as np

from drivers.contracts import Pixels
from drivers.errors import DeviceProtocolError

START: Final = b"\xef\x01"
DEFAULT_ADDRESS: Final = 0xFFFFFFFF
PAYLOAD_MAX: Final = 256
_HEADER: Final = struct.Struct(">2sIBH")
_SUM_BYTES: Final = 2
_PARAMETERS: Final = struct.Struct(">HHHHIHH")

SIZE_BY_PACKED_BYTES: Final = {36864: (288, 256), 18432: (192, 192)}
"""(height, width) of an image by the number of its bytes on the wire, two pixels to a byte."""

_SMALLEST_DATA_BYTES: Final = 32

BAUD_STEP: Final = 9600
"""A module's speed is 1 to 12 times this."""
SLOWEST_BAUD: Final = BAUD_STEP
FASTEST_BAUD: Final = 12 * BAUD_STEP


def image_bytes() -> int:
    """The largest image on the line, in the smallest packets there are."""
    packed = max(SIZE_BY_PACKED_BYTES)
    packets = -(-packed // _SMALLEST_DATA_BYTES)
    return packed + packets * (_HEADER.size + _SUM_BYTES)


class PacketKind(IntEnum):
    COMMAND = 0x01
    DATA = 0x02
    ACK = 0x07
    END = 0x08


_PAYLOAD_MAX_BY_KIND: Final[dict[int, int]] = {
    PacketKind.COMMAND: 64,
    PacketKind.DATA: PAYLOAD_MAX,
    PacketKind.ACK: 64,
    PacketKind.END: PAYLOAD_MAX,
}
"""Commands and answers are short (a notepad's page of 32 bytes is the longest)."""


class Command(IntEnum):
    GENERATE_IMAGE = 0x01
    UPLOAD_IMAGE = 0x0A
    SET_PARAMETER = 0x0E
    READ_PARAMETERS = 0x0F
    VERIFY_PASSWORD = 0x13


class Parameter(IntEnum):
    """What SetSysPara can set: its first byte, the value being the second."""

    BAUD = 4
    SECURITY_LEVEL = 5
    PACKET_SIZE = 6


class Confirmation(IntEnum):
    """The first byte of an ACK, as far as this driver tells them apart."""

    OK = 0x00
    PACKET_RECEIVE_ERROR = 0x01
    NO_FINGER = 0x02
    IMAGE_FAILED = 0x03
    UPLOAD_FAILED = 0x0F
    WRONG_PASSWORD = 0x13
    FLASH_FAILED = 0x18
    PARAMETER_UNKNOWN = 0x1A
    PARAMETER_REFUSED = 0x1B
    PASSWORD_NEEDED = 0x21


@dataclass(frozen=True, slots=True)
class Packet:
    kind: PacketKind
    payload: bytes
    address: int = DEFAULT_ADDRESS

    def to_bytes(self) -> bytes:
        if len(self.payload) > _PAYLOAD_MAX_BY_KIND[self.kind]:
            raise ValueError(f"a packet of this kind carries at most {_PAYLOAD_MAX_BY_KIND[self.kind]} bytes")
        header = _HEADER.pack(START, self.address, self.kind, len(self.payload) + _SUM_BYTES)
        return header + self.payload + _sum(header, self.payload)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Exactly one packet. DeviceProtocolError for anything else."""
        if len(data) < _HEADER.size + _SUM_BYTES:
            raise DeviceProtocolError
        start, address, kind, length = _HEADER.unpack_from(data)
        header, payload = data[: _HEADER.size], data[_HEADER.size : -_SUM_BYTES]
        if start != START or length != len(payload) + _SUM_BYTES or not _is_possible(kind, length):
            raise DeviceProtocolError
        if data[-_SUM_BYTES:] != _sum(header, payload):
            raise DeviceProtocolError
        return cls(PacketKind(kind), payload, address)


def _is_possible(kind: int, length: int) -> bool:
    """Whether there is a packet of that kind and of that length, as its header gives it."""
    return _SUM_BYTES <= length <= _PAYLOAD_MAX_BY_KIND.get(kind, -1) + _SUM_BYTES


def _sum(header: bytes, payload: bytes) -> bytes:
    return ((sum(header[6:]) + sum(payload)) & 0xFFFF).to_bytes(2, "big")


class Decoder:
    """Packets out of a stream that comes in any pieces and may hold rubbish.

    What is no packet is skipped byte by byte up to the next start code and counted in `rubbish_bytes`, so that
    one damaged packet never costs the one after it. One whose length was damaged waits for bytes that never come,
    and holds the packets after it: `rescan` frees them.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self.rubbish_bytes = 0

    @property
    def held_bytes(self) -> int:
        """Bytes of a packet that is not complete yet."""
        return len(self._held)

    def feed(self, data: bytes | bytearray) -> list[Packet]:
        """Every packet that `data` completes, in order."""
        self._held += data
        packets = []
        while (packet := self._next()) is not None:
            packets.append(packet)
        return packets

    def rescan(self) -> list[Packet]:
        """After a silence: the packets that lie whole behind one that is not. Where there is none, nothing changes."""
        rest, rubbish_bytes = self._held, self.rubbish_bytes
        while rest:
            inner = Decoder()
            packets = inner.feed(rest[1:])
            rest, rubbish_bytes = inner._held, rubbish_bytes + 1 + inner.rubbish_bytes
            if packets:
                self._held, self.rubbish_bytes = rest, rubbish_bytes
                return packets
        return []

    def _next(self) -> Packet | None:
        while True:
            self._seek_start()
            if len(self._held) < _HEADER.size:
                return None
            _, _, kind, length = _HEADER.unpack_from(self._held)
            if not _is_possible(kind, length):
                self._skip(1)
                continue
            size = _HEADER.size + length
            if len(self._held) < size:
                return None
            try:
                packet = Packet.from_bytes(bytes(self._held[:size]))
            except DeviceProtocolError:
                self._skip(1)
                continue
            del self._held[:size]
            return packet

    def _seek_start(self) -> None:
        at = self._held.find(START)
        if at < 0:
            # The last byte may be the first of a start code.
            at = len(self._held) - (1 if self._held.endswith(START[:1]) else 0)
        self._skip(at)

    def _skip(self, count: int) -> None:
        del self._held[:count]
        self.rubbish_bytes += count


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemParameters:
    """What ReadSysPara answers (16 bytes after the confirmation)."""

    status: int
    system_id: int
    library_size: int
    security_level: int
    address: int
    packet_size_code: int
    baud_multiplier: int

    @property
    def packet_bytes(self) -> int:
        """Payload of a data packet: 32, 64, 128 or 256 bytes."""
        return 32 << (self.packet_size_code & 3)

    @property
    def baud(self) -> int:
        """What the module says of its speed; it may take effect only when it is next powered on."""
        return self.baud_multiplier * BAUD_STEP

    def to_bytes(self) -> bytes:
        return _PARAMETERS.pack(
            self.status,
            self.system_id,
            self.library_size,
            self.security_level,
            self.address,
            self.packet_size_code,
            self.baud_multiplier,
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """DeviceProtocolError unless there are exactly 16 bytes."""
        if len(data) != _PARAMETERS.size:
            raise DeviceProtocolError
        status, system_id, library, security, address, packet_code, baud = _PARAMETERS.unpack(data)
        return cls(
            status=status,
            system_id=system_id,
            library_size=library,
            security_level=security,
            address=address,
            packet_size_code=packet_code,
            baud_multiplier=baud,
        )


def baud_argument(baud: int) -> bytes:
    """What SetSysPara takes for a speed. ValueError for one that no module has."""
    if baud % BAUD_STEP or not SLOWEST_BAUD <= baud <= FASTEST_BAUD:
        raise ValueError(f"no module speaks at {baud} baud")
    return bytes([Parameter.BAUD, baud // BAUD_STEP])


def unpack_pixels(packed: bytes, into: Pixels) -> None:
    """Two pixels from each byte, high nibble first, 0..15 stretched to 0..255; `into` is (H, W) uint8, contiguous."""
    nibbles = np.frombuffer(packed, np.uint8)
    pairs = into.reshape(-1, 2)
    np.multiply(nibbles >> 4, 17, out=pairs[:, 0])
    np.multiply(nibbles & 0x0F, 17, out=pairs[:, 1])


def pack_pixels(pixels: Pixels) -> bytes:
    """(H, W) uint8 of even size to 4 bits a pixel, high nibble first: the four low bits are lost."""
    pairs = pixels.reshape(-1, 2) >> 4
    return ((pairs[:, 0] << 4) | pairs[:, 1]).tobytes()
