"""The other end of the wire: an emulated NB-1010-U in memory, under the real driver."""

from __future__ import annotations

from collections import deque
from typing import Final

from drivers.contracts import DeviceIdentity
from drivers.errors import DeviceAccessDenied
from drivers.nb1010 import codec
from drivers.nb1010.driver import Nb1010Reader
from drivers.nb1010.driver import Options as DriverOptions
from drivers.simulated.emulated_usb import Glass, Options
from drivers.transport.usb import UsbLink
from drivers.transport.usb_memory import MemoryUsbLink

_ANSWER_TIMEOUT_S: Final = 0.5


class EmulatedNb1010:
    """A `UsbPeer`. The bytes it says are those of the recorded reader, with another print in them."""

    def __init__(self, options: Options) -> None:
        self._glass = Glass(options, codec.HEIGHT, codec.WIDTH)
        self._said: deque[bytes] = deque()

    def control_read(self, value: int, size: int) -> bytes | None:
        return None

    def control_write(self, value: int, data: bytes) -> None:
        """It is told nothing this way."""

    def take(self, endpoint: int, data: bytes) -> None:
        if data == codec.ASK_FINGER:
            self._glass.ask()
        if endpoint != codec.OUT or not self._glass.answer():
            return
        match data:
            case codec.ASK_FINGER:
                level = 0xF7 if self._glass.has_finger() else 0x05
                self._said.append(bytes.fromhex("803701001000000000000000") + bytes([level, 0, 0, 0]))
            case codec.PREPARE:
                self._said.append(bytes.fromhex("8020030010") + bytes(11))
            case codec.CAPTURE:
                self._capture()
            case _:
                pass

    def _capture(self) -> None:
        plan = self._glass.due
        self._said.append(bytes.fromhex("802004001000000000000000" if not plan.corrupt else "ff" * 12) + bytes(4))
        rows = self._glass.show().reshape(codec.PIECES, -1)
        sent = rows if not plan.drop else rows[:-1]
        cut = 7 if plan.wrong_size else 0
        self._said.extend(
            bytes.fromhex("802100001c020000000000000001000000010000000001000001")[:25]
            + row.tobytes()[: len(row) - cut]
            + bytes(codec.PIECE_BYTES - 25 - len(row))
            for row in sent
        )

    def give(self, endpoint: int) -> bytes | None:
        if not self._glass.answer() or endpoint != codec.IN or not self._said:
            return None
        return self._said.popleft()


def create(options: Options) -> Nb1010Reader:
    """The real driver, joined to the emulator."""

    def connect() -> tuple[UsbLink, DeviceIdentity]:
        if options.faults.refuse:
            raise DeviceAccessDenied
        identity = DeviceIdentity(vendor="NEXT Biometrics", model="Emulated NB-1010-U", simulated=True)
        return MemoryUsbLink(EmulatedNb1010(options)), identity

    return Nb1010Reader(DriverOptions(answer_timeout_s=_ANSWER_TIMEOUT_S), connect)
