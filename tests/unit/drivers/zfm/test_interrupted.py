"""A module that was interrupted: what it still owes must never pass for the answer to the next command."""

from __future__ import annotations

import threading

import pytest

from drivers.contracts import FingerprintRequest, PrivatePool
from drivers.errors import CaptureCancelled, DeviceTimedOut
from drivers.zfm.codec import Command, Decoder, Packet, PacketKind, SystemParameters
from drivers.zfm.driver import Options, ZfmReader

PARAMETERS = SystemParameters(
    status=0,
    system_id=9,
    library_size=1,
    security_level=1,
    address=0xFFFFFFFF,
    packet_size_code=2,
    baud_multiplier=6,
)


class BusyModule:
    """A `SerialByteLink` to a module that is deaf while it takes an image: for `busy_reads` reads, then it answers.

    `finger` (0..15) is what lies on the glass; an image shows the one that lay there when it was begun. `stop` is
    set as soon as an image is begun, which is when a technician's cancelling does harm.
    """

    def __init__(self, busy_reads: int) -> None:
        self.finger = 1
        self.busy_reads = busy_reads
        self.stop: threading.Event | None = None
        self._in_buffer = 0
        self._busy = 0
        self._waiting = b""
        self._answer = b""
        self._decoder = Decoder()

    def write(self, data: bytes) -> None:
        if self._busy:
            return
        for packet in self._decoder.feed(data):
            self._obey(packet.payload[0])

    def read(self, limit: int) -> bytes:
        if self._busy:
            self._busy -= 1
            if not self._busy:
                self._answer, self._waiting = self._answer + self._waiting, b""
        given, self._answer = self._answer[:limit], self._answer[limit:]
        return given

    def speak_at(self, baud: int) -> None:
        """It is at whatever speed one tries."""

    def close(self) -> None:
        """Nothing is held."""

    def _obey(self, command: int) -> None:
        ok = Packet(PacketKind.ACK, b"\x00").to_bytes()
        match command:
            case Command.GENERATE_IMAGE:
                self._in_buffer, self._busy, self._waiting = self.finger, self.busy_reads, ok
                if self.stop is not None:
                    self.stop.set()
            case Command.UPLOAD_IMAGE:
                row = bytes([self._in_buffer * 17]) * 128
                rows = [PacketKind.DATA] * 287 + [PacketKind.END]
                self._answer += ok + b"".join(Packet(kind, row).to_bytes() for kind in rows)
            case Command.READ_PARAMETERS:
                self._answer += Packet(PacketKind.ACK, b"\x00" + PARAMETERS.to_bytes()).to_bytes()
            case _:
                self._answer += ok


def finger_of(device: ZfmReader, stop: threading.Event | None = None) -> int:
    (frame,) = device.acquire(FingerprintRequest(timeout_s=5), PrivatePool(), stop or threading.Event())
    return int(frame.pixels[0, 0]) // 17


def interrupted(module: BusyModule) -> ZfmReader:
    """An open reader, stopped just after it asked for an image of finger 1; finger 7 lies there now."""
    device = ZfmReader(Options(device="memory", answer_timeout_s=0.3), lambda: module)
    device.open()
    module.stop = threading.Event()
    with pytest.raises(CaptureCancelled):
        finger_of(device, module.stop)
    module.stop, module.finger = None, 7
    return device


@pytest.mark.parametrize("busy_reads", [1, 2, 5, 30])
def test_the_finger_before_never_comes_back_for_the_next_one(busy_reads: int) -> None:
    module = BusyModule(busy_reads)
    device = interrupted(module)
    assert finger_of(device) == 7
    assert finger_of(device) == 7


def test_stopped_again_while_the_answer_is_awaited_it_is_still_owed() -> None:
    module = BusyModule(20)
    device = interrupted(module)
    stop = threading.Event()
    stop.set()
    with pytest.raises(CaptureCancelled):
        finger_of(device, stop)
    assert finger_of(device) == 7


def test_an_answer_that_never_comes_is_a_timeout_so_that_the_module_is_opened_again() -> None:
    module = BusyModule(10**9)
    device = interrupted(module)
    with pytest.raises(DeviceTimedOut):
        finger_of(device)
