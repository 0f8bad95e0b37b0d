"""The fingerprint reader NEXT Biometrics NB-1010-U: thermal, 256 × 180 pixels. For training and demonstration.

Not responsible for the bytes (`codec`), for USB (`transport.usb`) or for opening again after a loss.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Annotated, Final

import msgspec

from drivers.contracts import DeviceIdentity, FingerprintRequest, Frame, FramePool, Stop
from drivers.errors import CaptureCancelled, CaptureTimedOut, DeviceLost
from drivers.nb1010 import codec
from drivers.transport.usb import UsbFacts, UsbLink, open_usb

_POLL_S: Final = 0.05


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`device` narrows the choice down where several are plugged in: a node or a serial number."""

    device: str = ""
    resolution_ppi: Annotated[int, msgspec.Meta(ge=1, le=2000)] = codec.RESOLUTION_PPI
    answer_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=30)] = 3.0


class Nb1010Reader:
    """A `FingerprintReader`. `connect` makes the link, so that tests can join it to an emulator."""

    def __init__(self, options: Options, connect: Callable[[], tuple[UsbLink, DeviceIdentity]]) -> None:
        self._options = options
        self._connect = connect
        self._link: UsbLink | None = None
        self._simulated = False
        self._sequence = 0

    def open(self) -> DeviceIdentity:
        self.close()
        self._link, identity = self._connect()
        self._simulated, self._sequence = identity.simulated, 0
        return identity

    def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def acquire(self, request: FingerprintRequest, pool: FramePool, stop: Stop) -> Iterator[Frame]:
        """One grey frame of (180, 256). `timeout_s` is for the finger to come."""
        link = self._opened()
        self._await_finger(link, request.timeout_s, stop)
        captured_ns = time.monotonic_ns()
        codec.check_answer(self._ask(link, codec.PREPARE, stop))
        codec.check_answer(self._ask(link, codec.CAPTURE, stop))
        pixels = pool.take(codec.HEIGHT, codec.WIDTH)
        for number in range(codec.PIECES):
            piece = link.read(codec.IN, codec.PIECE_BYTES, self._options.answer_timeout_s, stop)
            codec.put_piece(piece, number, pixels)
        self._sequence += 1
        yield Frame(
            pixels=pixels,
            sequence=self._sequence - 1,
            captured_monotonic_ns=captured_ns,
            resolution_ppi=self._options.resolution_ppi,
            simulated=self._simulated,
        )

    def _await_finger(self, link: UsbLink, timeout_s: float, stop: Stop) -> None:
        deadline = time.monotonic() + timeout_s
        while not codec.finger_is_there(self._ask(link, codec.ASK_FINGER, stop)):
            if time.monotonic() >= deadline:
                raise CaptureTimedOut("No finger was presented in time: try again.")
            if stop.wait(_POLL_S):
                raise CaptureCancelled

    def _ask(self, link: UsbLink, command: bytes, stop: Stop) -> bytes:
        link.write(codec.OUT, command)
        return link.read(codec.IN, codec.ANSWER_BYTES, self._options.answer_timeout_s, stop)

    def _opened(self) -> UsbLink:
        if self._link is None:
            raise DeviceLost("The fingerprint reader is not open.")
        return self._link


def _identity(facts: UsbFacts) -> DeviceIdentity:
    return DeviceIdentity(
        vendor=facts.manufacturer or "NEXT Biometrics",
        model=facts.product or "NB-1010-U",
        serial_number=facts.serial_number,
        firmware_version=facts.release,
    )


def create(options: Options) -> Nb1010Reader:
    """The reader on USB, not opened."""

    def connect() -> tuple[UsbLink, DeviceIdentity]:
        link, facts = open_usb(codec.IDS, options.device)
        return link, _identity(facts)

    return Nb1010Reader(options, connect)
