"""What an emulated ZFM module answers to the commands it is sent. Speaks real packets; misbehaves by its fault plan.

Written from the protocol's facts and checked against clients that others wrote (tests/peers). It holds no finger
library: it shows images, as the driver asks for no more. It has a speed, which outlives a loss of power as its other
parameters do. Not responsible for its end of the wire, and for what bytes become at different speeds (`emulator`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from drivers.contracts import Pixels
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.zfm.codec import (
    BAUD_STEP,
    DEFAULT_ADDRESS,
    FASTEST_BAUD,
    Command,
    Confirmation,
    Decoder,
    Packet,
    PacketKind,
    Parameter,
    SystemParameters,
    pack_pixels,
)

_SYSTEM_FAULT: Final = 0x1D
"""A confirmation that this family uses for "failed to operate"; the driver has no name for it."""
_COMMAND_UNKNOWN: Final = 0x1E
_R503_ONLY: Final = {0x35: Confirmation.OK, 0x53: 0x55}
"""Commands that only the R503 has, its lamp and its echo, and what it confirms them with. The driver uses neither."""
_R503: Final = (192, 192)


class WireClosed(Exception):
    """The module is "unplugged": its end of the wire is to be closed."""


class SpeedFlaw(StrEnum):
    """What a module does when it is told to speak at another speed. Of this family only, and so not in its fault plan.

    REFUSED      answers that it knows no such parameter (0x1A)
    FLASH        answers that it could not write it down (0x18)
    STAYS        says yes and goes on as before, as those do that wait for the next power on
    EARLY        says yes at the new speed already
    GARBLED      at the new speed it hears well, but what it says comes out altered
    DEAF         at the new speed it neither hears nor speaks
    """

    NONE = ""
    REFUSED = "refused"
    FLASH = "flash"
    STAYS = "stays"
    EARLY = "early"
    GARBLED = "garbled"
    DEAF = "deaf"


_RANGES: Final = {
    Parameter.BAUD: range(1, FASTEST_BAUD // BAUD_STEP + 1),
    Parameter.SECURITY_LEVEL: range(1, 6),
    Parameter.PACKET_SIZE: range(4),
}


@dataclass(frozen=True, kw_only=True)
class ModuleSettings:
    """`images` are (288, 256) or (192, 192) uint8, shown one after another, again and again.

    `packet_bytes` and `baud_multiplier` (times 9600) are what the module begins with; a client may change them.
    """

    images: Sequence[Pixels]
    faults: FaultPlan = WELL_BEHAVED
    password: int = 0
    address: int = DEFAULT_ADDRESS
    packet_bytes: int = 128
    baud_multiplier: int = 6
    speed_flaw: SpeedFlaw = SpeedFlaw.NONE


@dataclass
class EmulatedModule:
    """Feed it bytes, send on what it yields, at the speed that it has then. A pause is a piece: (seconds, bytes)."""

    settings: ModuleSettings
    clock: Callable[[], float] = time.monotonic
    _decoder: Decoder = field(default_factory=Decoder)
    _frames_given: int = 0
    _absent_since: float | None = None
    _hung: bool = False
    parameters: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.parameters = {
            Parameter.BAUD: self.settings.baud_multiplier,
            Parameter.SECURITY_LEVEL: 3,
            Parameter.PACKET_SIZE: (self.settings.packet_bytes // 32).bit_length() - 1,
        }

    @property
    def baud(self) -> int:
        """The speed of its end of the line."""
        return self.parameters[Parameter.BAUD] * BAUD_STEP

    def feed(self, data: bytes) -> Iterator[tuple[float, bytes]]:
        """(pause before, bytes) for every piece of every answer. WireClosed when the plan unplugs it."""
        for packet in self._decoder.feed(data):
            if packet.kind is not PacketKind.COMMAND or packet.address != self.settings.address or not packet.payload:
                continue
            flaw = self._flaw_at_this_speed()
            if flaw is SpeedFlaw.DEAF:
                continue
            for pause_s, piece in self._answer(packet.payload[0], packet.payload[1:]):
                yield pause_s, bytes(byte ^ 0x40 for byte in piece) if flaw is SpeedFlaw.GARBLED else piece

    def _flaw_at_this_speed(self) -> SpeedFlaw:
        changed = self.parameters[Parameter.BAUD] != self.settings.baud_multiplier
        return self.settings.speed_flaw if changed else SpeedFlaw.NONE

    def _answer(self, command: int, argument: bytes) -> Iterator[tuple[float, bytes]]:
        if self._hung:
            return
        match command:
            case Command.VERIFY_PASSWORD:
                self._frames_given = 0
                self._absent_since = None
                refused = self.settings.faults.refuse or int.from_bytes(argument, "big") != self.settings.password
                yield 0.0, self._ack(Confirmation.WRONG_PASSWORD if refused else Confirmation.OK)
            case Command.READ_PARAMETERS:
                yield 0.0, self._ack(Confirmation.OK, self._parameters().to_bytes())
            case Command.SET_PARAMETER:
                yield from self._set(argument)
            case Command.GENERATE_IMAGE:
                yield from self._generate()
            case Command.UPLOAD_IMAGE:
                yield from self._upload()
            case _ if command in _R503_ONLY and self._is_r503():
                yield 0.0, self._ack(_R503_ONLY[command])
            case _:
                yield 0.0, self._ack(_COMMAND_UNKNOWN)

    def _is_r503(self) -> bool:
        return self.settings.images[0].shape == _R503

    def _set(self, argument: bytes) -> Iterator[tuple[float, bytes]]:
        number, value = argument[:2] if len(argument) == 2 else (0, 0)
        flaw = self.settings.speed_flaw if number == Parameter.BAUD else SpeedFlaw.NONE
        if number not in _RANGES or flaw is SpeedFlaw.REFUSED:
            yield 0.0, self._ack(Confirmation.PARAMETER_UNKNOWN)
        elif value not in _RANGES[Parameter(number)]:
            yield 0.0, self._ack(Confirmation.PARAMETER_REFUSED)
        elif flaw is SpeedFlaw.FLASH:
            yield 0.0, self._ack(Confirmation.FLASH_FAILED)
        else:
            # The answer goes out first, at the old speed.
            if flaw is SpeedFlaw.EARLY:
                self.parameters[number] = value
            yield 0.0, self._ack(Confirmation.OK)
            if flaw is not SpeedFlaw.STAYS:
                self.parameters[number] = value

    def _plan(self) -> FaultPlan:
        faults = self.settings.faults
        return faults if faults.due(self._frames_given) else WELL_BEHAVED

    def _generate(self) -> Iterator[tuple[float, bytes]]:
        plan = self._plan()
        if plan.unplug or plan.crash:
            raise WireClosed
        if plan.hang:
            self._hung = True
            return
        if plan.absent_s and self._absent_since is None:
            self._absent_since = self.clock()
        if plan.fault:
            yield plan.delay_s, self._ack(_SYSTEM_FAULT)
        elif self._absent_since is not None and self.clock() - self._absent_since < plan.absent_s:
            yield plan.delay_s, self._ack(Confirmation.NO_FINGER)
        else:
            yield plan.delay_s, self._ack(Confirmation.OK)

    def _upload(self) -> Iterator[tuple[float, bytes]]:
        plan = self._plan()
        if plan.drop:
            return
        yield plan.delay_s, self._ack(Confirmation.OK)
        images = self.settings.images
        packed = pack_pixels(images[self._frames_given % len(images)])
        self._frames_given += 1
        size = self._parameters().packet_bytes
        if plan.wrong_size:
            packed = packed[: len(packed) * 3 // 4]
        for at in range(0, len(packed), size):
            kind = PacketKind.END if at + size >= len(packed) else PacketKind.DATA
            data = Packet(kind, packed[at : at + size], self.settings.address).to_bytes()
            if plan.corrupt and at == 0:
                data = data[:-3] + bytes([data[-3] ^ 0x10]) + data[-2:]
            yield 0.0, data

    def _parameters(self) -> SystemParameters:
        return SystemParameters(
            status=0,
            system_id=0x0000 if self._is_r503() else 0x0009,
            library_size=200,
            security_level=self.parameters[Parameter.SECURITY_LEVEL],
            address=self.settings.address,
            packet_size_code=self.parameters[Parameter.PACKET_SIZE],
            baud_multiplier=self.parameters[Parameter.BAUD],
        )

    def _ack(self, confirmation: int, payload: bytes = b"") -> bytes:
        return Packet(PacketKind.ACK, bytes([confirmation]) + payload, self.settings.address).to_bytes()
