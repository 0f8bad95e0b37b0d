"""What a driver's host and the daemon say to each other, as bytes. Pure: no sockets, no clock, no shared memory.

A message is its length (4 bytes, big endian) and a MessagePack map whose `type` tells which it is. Frames are not
in messages: `FrameReady` says in which shared slot one lies (`drivers.shared_frames`).
"""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

import msgspec

from drivers.contracts import (
    AnyRequest,
    CameraRequest,
    ChipRequest,
    Contract,
    DeviceIdentity,
    FingerprintRequest,
    PadSize,
    PenPoint,
    ScanRequest,
    SignatureRequest,
)
from drivers.contracts.apdu import ATR_LIMIT_BYTES, COMMAND_LIMIT_BYTES, RESPONSE_LIMIT_BYTES
from drivers.errors import DeviceProtocolError

MESSAGE_LIMIT_BYTES = 68 * 1024
"""The longest command to a chip, and some room around it."""
POINTS_LIMIT = 64
"""Of a pen in one message."""
PPI_LIMIT = 166_459
"""The finest that any record can say: 65,535 to the centimetre (ISO/IEC 19794-4)."""
_PREFIX_BYTES = 4


class _Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    pass


class Open(_Message, frozen=True, kw_only=True, tag="open"):
    """Build the driver from its options and open the device. Options travel here, not on the command line, where
    every user of the machine could read a camera's password."""

    options: dict[str, object]


class Start(_Message, frozen=True, kw_only=True, tag="start"):
    """Begin capture number `capture`; `request` is the contract's own, as a map."""

    capture: int
    request: dict[str, object]


class Stop(_Message, frozen=True, kw_only=True, tag="stop"):
    capture: int


class Release(_Message, frozen=True, kw_only=True, tag="release"):
    """The daemon has done with the frame in `slot` and asks for the next."""

    capture: int
    slot: int


class Still(_Message, frozen=True, kw_only=True, tag="still"):
    """The shutter is pressed: the next frame of that capture that is no preview was captured after this came."""

    capture: int


class Transmit(_Message, frozen=True, kw_only=True, tag="transmit"):
    """A command to the card of session `capture`, answered by the `Response` of the same number."""

    capture: int
    number: int
    command: Annotated[bytes, msgspec.Meta(max_length=COMMAND_LIMIT_BYTES)]

    def __repr__(self) -> str:
        return f"Transmit(capture={self.capture}, number={self.number}, {len(self.command)} bytes)"


class Close(_Message, frozen=True, kw_only=True, tag="close"):
    pass


class Ping(_Message, frozen=True, kw_only=True, tag="ping"):
    number: int


class Shutdown(_Message, frozen=True, kw_only=True, tag="shutdown"):
    """Stop, close the device and exit."""


class Opened(_Message, frozen=True, kw_only=True, tag="opened"):
    identity: DeviceIdentity


class Closed(_Message, frozen=True, kw_only=True, tag="closed"):
    pass


class FrameReady(_Message, frozen=True, kw_only=True, tag="frame"):
    """uint8 pixels, rows × columns × channels (1 or 3), from the start of `slot`. `dropped` counts this capture's
    frames that newer ones replaced before they could be sent."""

    capture: int
    slot: int
    height: int
    width: int
    channels: int
    sequence: int
    captured_monotonic_ns: int
    resolution_ppi: Annotated[int, msgspec.Meta(ge=0, le=PPI_LIMIT)] | None
    simulated: bool
    dropped: int
    position: str = ""
    preview: bool = False
    reduced_by: Annotated[float, msgspec.Meta(ge=1.0, le=20_000.0)] = 1.0
    lossy: bool = False


class CardSeen(_Message, frozen=True, kw_only=True, tag="card"):
    """A card has come, or gone; in a session: the card that it is with, once."""

    capture: int
    present: bool
    atr: Annotated[bytes, msgspec.Meta(max_length=ATR_LIMIT_BYTES)]


class Response(_Message, frozen=True, kw_only=True, tag="response"):
    capture: int
    number: int
    response: Annotated[bytes, msgspec.Meta(max_length=RESPONSE_LIMIT_BYTES)]

    def __repr__(self) -> str:
        return f"Response(capture={self.capture}, number={self.number}, {len(self.response)} bytes)"


class Ink(_Message, frozen=True, kw_only=True, tag="ink"):
    """What a pen has written since the last one, on a pad of `size`; the first, without points, says the pad is
    ready."""

    capture: int
    size: PadSize
    points: Annotated[tuple[PenPoint, ...], msgspec.Meta(max_length=POINTS_LIMIT)]

    def __repr__(self) -> str:
        return f"Ink(capture={self.capture}, {len(self.points)} points)"


class Done(_Message, frozen=True, kw_only=True, tag="done"):
    capture: int
    dropped: int


class Failed(_Message, frozen=True, kw_only=True, tag="failed"):
    """A driver error. `capture` 0 means that opening or closing failed."""

    capture: int
    code: str
    sentence: str


class Pong(_Message, frozen=True, kw_only=True, tag="pong"):
    """`present` is false when the path of the opened device no longer exists. `memory_mib` is the host's own."""

    number: int
    present: bool
    memory_mib: int = 0


Command = Open | Start | Stop | Release | Still | Transmit | Close | Ping | Shutdown
Event = Opened | Closed | FrameReady | CardSeen | Response | Ink | Done | Failed | Pong

_M = TypeVar("_M")
_encoder = msgspec.msgpack.Encoder()
_REQUESTS: dict[Contract, type[AnyRequest]] = {
    Contract.FINGERPRINT_READER: FingerprintRequest,
    Contract.CAMERA: CameraRequest,
    Contract.DOCUMENT_SCANNER: ScanRequest,
    Contract.CHIP_READER: ChipRequest,
    Contract.SIGNATURE_PAD: SignatureRequest,
}


def to_bytes(message: Command | Event) -> bytes:
    """The message with its length before it. Raises DeviceProtocolError when it is over the limit."""
    body = _encoder.encode(message)
    if len(body) > MESSAGE_LIMIT_BYTES:
        raise DeviceProtocolError(f"A driver's message of {len(body)} bytes is over the limit.")
    return len(body).to_bytes(_PREFIX_BYTES, "big") + body


class MessageReader(Generic[_M]):
    """Puts messages together again from pieces of any size. After an error it must not be fed any more."""

    def __init__(self, decoder: msgspec.msgpack.Decoder[_M]) -> None:
        self._decoder = decoder
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[_M]:
        """The messages that `data` completes. Raises DeviceProtocolError for anything that is not one."""
        self._buffer += data
        messages = []
        while (body := self._next_body()) is not None:
            try:
                messages.append(self._decoder.decode(body))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise DeviceProtocolError("A driver's host sent something that is no message.") from error
        return messages

    def _next_body(self) -> bytes | None:
        if len(self._buffer) < _PREFIX_BYTES:
            return None
        size = int.from_bytes(self._buffer[:_PREFIX_BYTES], "big")
        if size > MESSAGE_LIMIT_BYTES:
            raise DeviceProtocolError(f"A driver's host announced a message of {size} bytes.")
        end = _PREFIX_BYTES + size
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[_PREFIX_BYTES:end])
        del self._buffer[:end]
        return body


def command_reader() -> MessageReader[Command]:
    return MessageReader(msgspec.msgpack.Decoder(Command))


def event_reader() -> MessageReader[Event]:
    return MessageReader(msgspec.msgpack.Decoder(Event))


def request_to_dict(request: AnyRequest) -> dict[str, object]:
    converted = msgspec.to_builtins(request)
    assert isinstance(converted, dict)
    return converted


def request_from_dict(contract: Contract, fields: dict[str, object]) -> AnyRequest:
    """Raises DeviceProtocolError when the fields are not a request of that contract."""
    try:
        return msgspec.convert(fields, _REQUESTS[contract])
    except msgspec.ValidationError as error:
        raise DeviceProtocolError("A request does not fit the device's contract.") from error
