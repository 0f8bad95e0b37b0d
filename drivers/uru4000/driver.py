"""The optical readers U.are.U 4500 and Microsoft Fingerprint Reader v2: 384 × 290 pixels, one image a touch.

Not certified: for training and demonstration. Not responsible for bytes and pixels (`codec`, `scramble`), for waking
the reader up (`wake`), for USB (`transport.usb`) or for opening again after a loss.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Annotated, Final

import msgspec

from drivers.contracts import DeviceIdentity, FingerprintRequest, Frame, FramePool, Stop
from drivers.errors import CaptureCancelled, CaptureTimedOut, DeviceLost, DeviceTimedOut, DriverError
from drivers.transport.usb import Listener, UsbFacts, UsbLink, open_usb
from drivers.uru4000 import codec
from drivers.uru4000.codec import EventKind, Mode, Register
from drivers.uru4000.wake import wake

URU4500: Final = (0x05BA, 0x000A)
MICROSOFT_V2: Final = (0x045E, 0x00CA)
_NAMES: Final = {
    URU4500: ("DigitalPersona", "U.are.U 4500"),
    MICROSOFT_V2: ("Microsoft", "Fingerprint Reader v2"),
}
_NO_KEY: Final = (
    "The fingerprint reader did not give the key of its image in time: try again. Recorded traffic answers only to the "
    "seed that was recorded: --set scramble_seed=0x…"
)
_WAIT_S: Final = 0.2
_LIFT_S: Final = 0.4
"""How long the end of a capture waits for the finger to be lifted: a capture must end within a second."""


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`scramble_seed` is our part of the key, drawn anew for each image unless given (a replay needs the recorded one).

    `device` narrows the choice down where several are plugged in: a node or a serial number.
    """

    device: str = ""
    scramble_seed: Annotated[int, msgspec.Meta(ge=0, le=0xFFFFFFFF)] | None = None
    resolution_ppi: Annotated[int, msgspec.Meta(ge=1, le=2000)] = codec.RESOLUTION_PPI
    answer_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=30)] = 5.0


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A reader on its link. `asks_challenge`: it wakes only when answered. `turned`: built in upside down."""

    link: UsbLink
    identity: DeviceIdentity
    asks_challenge: bool
    turned: bool


class Uru4000Reader:
    """A `FingerprintReader`. `connect` makes the link, so that tests can join it to an emulator."""

    def __init__(self, options: Options, connect: Callable[[], Found]) -> None:
        self._options = options
        self._connect = connect
        self._found: Found | None = None
        self._events: Listener | None = None
        self._sequence = 0

    def open(self) -> DeviceIdentity:
        """Wake it up. DeviceFault when it stays in its fault state."""
        self.close()
        self._found = found = self._connect()
        self._sequence = 0
        try:
            # Events are listened for before the first word: the reader says that it is awake only once.
            self._events = found.link.listen(codec.EVENTS, codec.EVENT_BYTES)
            wake(found.link, self._events, asks_challenge=found.asks_challenge)
            found.link.control_read(codec.REQUEST, Register.INFO, 16)
        except BaseException:
            self.close()
            raise
        return found.identity

    def close(self) -> None:
        found, self._found = self._found, None
        events, self._events = self._events, None
        if found is None:
            return
        with suppress(DriverError):
            # The last words go out while events are still taken.
            _set_mode(found.link, Mode.OFF)
        if events is not None:
            events.close()
        found.link.close()

    def acquire(self, request: FingerprintRequest, pool: FramePool, stop: Stop) -> Iterator[Frame]:
        """One grey frame of (290, 384). `timeout_s` is for the finger to come."""
        if self._found is None or self._events is None:
            raise DeviceLost("The fingerprint reader is not open.")
        found, events = self._found, self._events
        _set_mode(found.link, Mode.AWAIT_FINGER_ON)
        if not _await_event(events, EventKind.FINGER_ON, request.timeout_s, stop):
            # Silence is what a reader without a finger says; one that hangs does not answer this either.
            found.link.control_read(codec.REQUEST, Register.STATUS, 1)
            raise CaptureTimedOut("No finger was presented in time: try again.")
        # The read is queued before the word that fills it: the reader does not wait.
        image = found.link.queue_read(codec.IMAGES, codec.IMAGE_BYTES)
        _set_mode(found.link, Mode.CAPTURE)
        data = image.result(self._options.answer_timeout_s, stop)
        captured_ns = time.monotonic_ns()
        plain = codec.RawImage.from_bytes(data).assembled(lambda number: self._ask_key(found.link, number))
        pixels = pool.take(codec.HEIGHT, codec.WIDTH)
        codec.upright(plain, pixels, turned=found.turned)
        self._sequence += 1
        try:
            yield Frame(
                pixels=pixels,
                sequence=self._sequence - 1,
                captured_monotonic_ns=captured_ns,
                resolution_ppi=self._options.resolution_ppi,
                simulated=found.identity.simulated,
            )
        finally:
            _set_mode(found.link, Mode.AWAIT_FINGER_OFF)
            _await_event(events, EventKind.FINGER_OFF, _LIFT_S, None)

    def _ask_key(self, link: UsbLink, number: int) -> int:
        given = self._options.scramble_seed
        seed = secrets.randbits(32) if given is None else given
        try:
            link.control_write(codec.REQUEST, Register.SCRAMBLE, codec.scramble_request(number, seed))
            return codec.key_from(link.control_read(codec.REQUEST, Register.KEY, 4), seed)
        except DeviceTimedOut:
            raise DeviceTimedOut(_NO_KEY) from None


def _set_mode(link: UsbLink, mode: Mode) -> None:
    link.control_write(codec.REQUEST, Register.MODE, bytes([mode]))


def _await_event(events: Listener, kind: EventKind, timeout_s: float, stop: Stop | None) -> bool:
    """Whether it came in time. CaptureCancelled on stop, DeviceTimedOut where the reader gives up by itself."""
    deadline = time.monotonic() + timeout_s
    while True:
        event = events.next(min(_WAIT_S, max(0.0, deadline - time.monotonic())))
        match codec.event_kind(event or b""):
            case found if found == kind:
                return True
            case EventKind.NEXT_SCAN_FAILS:
                raise DeviceTimedOut("The fingerprint reader lost its rhythm: try again.")
            case _:
                pass
        if stop is not None and stop.is_set():
            raise CaptureCancelled
        if time.monotonic() >= deadline:
            return False


def _found(link: UsbLink, facts: UsbFacts) -> Found:
    vendor, model = _NAMES[facts.ids]
    return Found(
        link=link,
        identity=DeviceIdentity(
            vendor=vendor, model=model, serial_number=facts.serial_number, firmware_version=facts.release
        ),
        asks_challenge=facts.ids == MICROSOFT_V2,
        turned=facts.ids == URU4500,
    )


def create(options: Options) -> Uru4000Reader:
    """The reader on USB, not opened."""
    return Uru4000Reader(options, lambda: _found(*open_usb(tuple(_NAMES), options.device)))
