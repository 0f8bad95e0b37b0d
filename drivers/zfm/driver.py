"""The fingerprint reader on a serial line: ZFM-20, R301…R307 and R503 modules. One image each time a finger comes.

Not certifiable: 4 bits a pixel, and the module does not say its resolution, so that it is an option (from the
profile). Not responsible for the packets (`codec`), the port (`transport.serial`) or opening again after a loss.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Final

import msgspec

from drivers.contracts import DeviceIdentity, FingerprintRequest, Frame, FramePool, Stop
from drivers.errors import (
    CaptureCancelled,
    CaptureTimedOut,
    DeviceAccessDenied,
    DeviceFault,
    DeviceLost,
    DeviceProtocolError,
    ModelNotApproved,
    OptionInvalid,
)
from drivers.timings import ZFM_SETTLE_MARGIN
from drivers.transport.link import SerialByteLink
from drivers.transport.serial import SerialLink
from drivers.zfm.codec import (
    BAUD_STEP,
    FASTEST_BAUD,
    SIZE_BY_PACKED_BYTES,
    SLOWEST_BAUD,
    Command,
    Confirmation,
    SystemParameters,
    unpack_pixels,
)
from drivers.zfm.conversation import Conversation
from drivers.zfm.rates import Tuner, image_transfer_s

_PSEUDO_TERMINALS: Final = Path("/dev/pts")
_POLL_S: Final = 0.05
_RESOLUTION_PPI_BY_HEIGHT: Final = {288: 500, 192: 508}
"""The makers' figures for the two sensors; a profile's own figure goes before."""


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`baud` is the speed at which the module is looked for first, and the slowest that it is left at.

    `fastest_baud` is the speed that it is brought to where it speaks more slowly, and keeps; 0 for no more than `baud`.
    `resolution_ppi` 0 means the maker's figure for the sensor's size.

    `width_px` and `height_px` are the size of the model's images: nothing else on the line tells one model from
    another. 0 takes either.

    `simulated` is for an emulator behind a real port; one on a pseudo-terminal is recognised without it.
    """

    device: str
    baud: Annotated[int, msgspec.Meta(ge=SLOWEST_BAUD, le=FASTEST_BAUD, multiple_of=BAUD_STEP)] = 57600
    fastest_baud: Annotated[int, msgspec.Meta(ge=0, le=FASTEST_BAUD, multiple_of=BAUD_STEP)] = 0
    address: Annotated[int, msgspec.Meta(ge=0, le=0xFFFFFFFF)] = 0xFFFFFFFF
    password: Annotated[int, msgspec.Meta(ge=0, le=0xFFFFFFFF)] = 0
    resolution_ppi: Annotated[int, msgspec.Meta(ge=0, le=2000)] = 0
    width_px: Annotated[int, msgspec.Meta(ge=0, le=256)] = 0
    height_px: Annotated[int, msgspec.Meta(ge=0, le=288)] = 0
    answer_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=30)] = 3.0
    simulated: bool = False


class ZfmReader:
    """A `FingerprintReader`. `connect` makes the wire, so that tests can join it to something else."""

    def __init__(self, options: Options, connect: Callable[[], SerialByteLink]) -> None:
        self._options = options
        self._connect = connect
        self._link: SerialByteLink | None = None
        self._simulated = options.simulated or Path(options.device).resolve().is_relative_to(_PSEUDO_TERMINALS)
        self._sequence = 0
        self._size: tuple[int, int] | None = None
        self._interrupted = False
        self._answer_owed = False

    def open(self) -> DeviceIdentity:
        """Find its speed, check the password, ask who it is, and have it speak faster where that is wanted.

        DeviceTimedOut when it answers at no speed, DeviceAccessDenied when it refuses our password, DeviceFault when
        it speaks more slowly than its settings say and stays so.
        """
        self.close()
        self._link = self._connect()
        self._sequence, self._size = 0, None
        self._interrupted = self._answer_owed = False
        try:
            # Of an answer that is owed to a talk before this opening nothing is known: it would show as parameters
            # that are none, or come before them.
            talk = self._conversation(stop=None)
            password = self._options.password.to_bytes(4, "big")
            talk.settle(answer_owed=False)
            tuner = Tuner(self._link, talk, password, self._options.answer_timeout_s)
            first = [baud for baud in (self._options.baud, self._options.fastest_baud) if baud]
            baud, greeting = tuner.find(*first)
            _demand_ok(greeting)
            parameters = SystemParameters.from_bytes(_demand_ok(talk.ask(Command.READ_PARAMETERS)))
            self._speed_up(tuner, baud)
        except BaseException:
            self.close()
            raise
        return DeviceIdentity(
            vendor="ZFM",
            model=f"system-{parameters.system_id:04x}",
            simulated=self._simulated,
        )

    def _speed_up(self, tuner: Tuner, baud: int) -> None:
        """All deadlines are reckoned from the option `baud`: a module that speaks more slowly would miss them."""
        wanted = max(self._options.baud, self._options.fastest_baud)
        if baud < wanted and (baud := tuner.change(baud, wanted)) < self._options.baud:
            raise DeviceFault(
                f"The fingerprint module speaks at {baud} baud and does not let itself be changed: "
                f"set baud = {baud} in the post's settings."
            )

    def close(self) -> None:
        """The module keeps its speed (see the decision on it): the next opening looks for it."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def acquire(self, request: FingerprintRequest, pool: FramePool, stop: Stop) -> Iterator[Frame]:
        """One grey frame, 256 × 288 or 192 × 192 pixels of 16 levels. `timeout_s` is for the finger to come.

        ModelNotApproved for an image of another size than the settings say.
        """
        talk = self._conversation(stop)
        try:
            if self._interrupted:
                talk.settle(answer_owed=self._answer_owed)
            self._interrupted = True
            self._await_finger(talk, request.timeout_s, stop)
            captured_ns = time.monotonic_ns()
            _demand_ok(talk.ask(Command.UPLOAD_IMAGE))
            packed = talk.receive_data(limit=max(SIZE_BY_PACKED_BYTES))
        finally:
            self._answer_owed = talk.owes_answer
        size = SIZE_BY_PACKED_BYTES.get(len(packed))
        # One size is half of the other: a module that loses packets must not pass for a smaller one.
        if size is None or (self._size is not None and size != self._size):
            raise DeviceProtocolError("The fingerprint module sent an image of an unknown size.")
        self._interrupted, self._size = False, size
        self._check_model(*size)
        pixels = pool.take(*size)
        unpack_pixels(packed, pixels)
        yield Frame(
            pixels=pixels,
            sequence=self._sequence,
            captured_monotonic_ns=captured_ns,
            resolution_ppi=self._options.resolution_ppi or _RESOLUTION_PPI_BY_HEIGHT[size[0]],
            simulated=self._simulated,
        )
        self._sequence += 1

    def _check_model(self, height: int, width: int) -> None:
        """A wrong model's image would be kept at a wrong resolution."""
        wanted_height, wanted_width = self._options.height_px or height, self._options.width_px or width
        if (height, width) != (wanted_height, wanted_width):
            raise ModelNotApproved(
                f"The fingerprint module gives {width} × {height} pixels, and its profile speaks of {wanted_width} × "
                f"{wanted_height}: another model is plugged in, choose that one's profile."
            )

    def _await_finger(self, talk: Conversation, timeout_s: float, stop: Stop) -> None:
        deadline = time.monotonic() + timeout_s
        while True:
            confirmation = talk.ask(Command.GENERATE_IMAGE)[0]
            # A smear or half a finger makes IMAGE_FAILED: the person is still settling, so ask again.
            if confirmation not in {Confirmation.NO_FINGER, Confirmation.IMAGE_FAILED}:
                _demand_ok(bytes([confirmation]))
                return
            if time.monotonic() >= deadline:
                self._interrupted = False
                raise CaptureTimedOut("No finger was presented in time: try again.")
            if stop.wait(_POLL_S):
                raise CaptureCancelled

    def _conversation(self, stop: Stop | None) -> Conversation:
        if self._link is None:
            raise DeviceLost("The fingerprint module is not open.")
        return Conversation(
            self._link,
            address=self._options.address,
            answer_timeout_s=self._options.answer_timeout_s,
            settle_s=image_transfer_s(self._options.baud) * ZFM_SETTLE_MARGIN,
            stop=stop,
        )


def _demand_ok(answer: bytes) -> bytes:
    """What follows an OK. The module's refusals as typed errors."""
    match answer[0]:
        case Confirmation.OK:
            return answer[1:]
        case Confirmation.WRONG_PASSWORD | Confirmation.PASSWORD_NEEDED:
            raise DeviceAccessDenied("The fingerprint module refuses its password: check the post's settings.")
        case Confirmation.PACKET_RECEIVE_ERROR:
            raise DeviceProtocolError("The fingerprint module could not read what was sent: check its cable.")
        case other:
            raise DeviceFault(f"The fingerprint module reports fault 0x{other:02x}.")


def create(options: Options) -> ZfmReader:
    """The reader at a serial port. OptionInvalid where no port is named."""
    if not options.device:
        raise OptionInvalid("The fingerprint module needs the path of its serial port.")
    if 0 < options.fastest_baud < options.baud:
        raise OptionInvalid("The fingerprint module's fastest_baud is slower than its baud.")
    return ZfmReader(options, lambda: SerialLink(options.device, baud=options.baud))
