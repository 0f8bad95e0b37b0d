"""Commands and answers over one link: deadlines, the stop flag, and what is left over from an earlier talk."""

from __future__ import annotations

import time
from typing import Final

from drivers.contracts import Stop
from drivers.errors import CaptureCancelled, DeviceProtocolError, DeviceTimedOut
from drivers.transport.link import ByteLink
from drivers.zfm.codec import Command, Decoder, Packet, PacketKind

_READ_BYTES: Final = 4096


class Conversation:
    """Good for one acquisition or one opening. `stop` None means that it cannot be interrupted.

    `settle_s` is how long a module that was interrupted in an image is heard out. `owes_answer` says that a command
    was sent whose answer has not come: one that comes late must not pass for the answer to the next command, which
    would hand on the finger before.
    """

    def __init__(
        self, link: ByteLink, *, address: int, answer_timeout_s: float, settle_s: float, stop: Stop | None
    ) -> None:
        self._link = link
        self._address = address
        self._answer_timeout_s = answer_timeout_s
        self._settle_s = settle_s
        self._stop = stop
        self._decoder = Decoder()
        self._packets: list[Packet] = []
        self.owes_answer = False

    def settle(self, *, answer_owed: bool) -> None:
        """Hear out what an interrupted talk left over: the answer to its last command, then an upload.

        DeviceTimedOut if an owed answer does not come, DeviceProtocolError if the module never falls silent.
        """
        self.owes_answer = answer_owed
        while self.owes_answer:
            self.owes_answer = self._next().kind is not PacketKind.ACK
        deadline = time.monotonic() + self._settle_s
        # The link's own wait is longer than the gap between two packets, so one empty read is silence.
        while self._link.read(_READ_BYTES):
            self._heed_stop()
            if time.monotonic() > deadline:
                raise DeviceProtocolError("The device sends without being asked: unplug it and plug it in again.")
        self.forget()

    def forget(self) -> None:
        """What was heard so far belongs to no answer that is still to come."""
        self._decoder, self._packets = Decoder(), []

    def try_ask(self, command: Command, argument: bytes = b"", *, within_s: float) -> bytes | None:
        """Like `ask`, where nobody may be there to understand: None for silence and for noise."""
        self.forget()
        self._send(command, argument)
        packet = self._next_within(within_s)
        # One that comes later is noise at another speed by then, or comes before what is asked next is forgotten.
        self.owes_answer = False
        return None if packet is None else _answer(packet)

    def ask(self, command: Command, argument: bytes = b"") -> bytes:
        """The payload of the answer, at least its confirmation. DeviceTimedOut, DeviceProtocolError or DeviceLost."""
        self._send(command, argument)
        packet = self._next()
        self.owes_answer = False
        return _answer(packet)

    def _send(self, command: Command, argument: bytes) -> None:
        self._heed_stop()
        # From the first byte on: a write that fails may have sent all of it.
        self.owes_answer = True
        self._link.write(Packet(PacketKind.COMMAND, bytes([command]) + argument, self._address).to_bytes())

    def receive_data(self, limit: int) -> bytes:
        """The joined payloads up to the END packet, at most `limit` bytes."""
        received = bytearray()
        while True:
            packet = self._next()
            if packet.kind not in {PacketKind.DATA, PacketKind.END}:
                raise DeviceProtocolError
            received += packet.payload
            if len(received) > limit:
                raise DeviceProtocolError("The device sent more than it has to give.")
            if packet.kind is PacketKind.END:
                return bytes(received)

    def _next(self) -> Packet:
        packet = self._next_within(self._answer_timeout_s)
        if packet is None:
            # Something came, but no packet: bytes were lost or altered under way.
            garbled = self._decoder.held_bytes or self._decoder.rubbish_bytes
            raise DeviceProtocolError if garbled else DeviceTimedOut
        return packet

    def _next_within(self, wait_s: float) -> Packet | None:
        deadline = time.monotonic() + wait_s
        while not self._packets:
            self._heed_stop()
            heard = self._link.read(_READ_BYTES)
            self._packets += self._decoder.feed(heard) if heard else self._decoder.rescan()
            if not self._packets and time.monotonic() >= deadline:
                return None
        packet = self._packets.pop(0)
        if packet.address != self._address:
            raise DeviceProtocolError("The module answers under another address than its settings name.")
        return packet

    def _heed_stop(self) -> None:
        if self._stop is not None and self._stop.is_set():
            raise CaptureCancelled


def _answer(packet: Packet) -> bytes:
    if packet.kind is not PacketKind.ACK or not packet.payload:
        raise DeviceProtocolError
    return packet.payload
