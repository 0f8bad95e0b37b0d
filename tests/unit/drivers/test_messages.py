"""Messages survive any splitting of the stream; anything else is refused by name, never guessed."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contracts import (
    AnyRequest,
    CameraRequest,
    ChipRequest,
    Contract,
    DeviceIdentity,
    FingerprintRequest,
    PenPoint,
    ScanRequest,
    SignatureRequest,
)
from drivers.contracts.apdu import COMMAND_LIMIT_BYTES, RESPONSE_LIMIT_BYTES
from drivers.errors import DeviceProtocolError
from drivers.messages import (
    MESSAGE_LIMIT_BYTES,
    PPI_LIMIT,
    CardSeen,
    Close,
    Closed,
    Command,
    Done,
    Event,
    Failed,
    FrameReady,
    Ink,
    Open,
    Opened,
    Ping,
    Pong,
    Release,
    Response,
    Shutdown,
    Start,
    Stop,
    Transmit,
    command_reader,
    event_reader,
    request_from_dict,
    request_to_dict,
    to_bytes,
)

NUMBERS = st.integers(0, 2**62)
TEXT = st.text(max_size=40)
VALUES = st.one_of(TEXT, NUMBERS, st.booleans(), st.floats(allow_nan=False))
IDENTITIES = st.builds(
    DeviceIdentity, vendor=TEXT, model=TEXT, serial_number=TEXT, simulated=st.booleans(), certification=TEXT
)
POINTS = st.builds(
    PenPoint, *[st.floats(-10_000, 10_000)] * 2, st.floats(0, 1), st.floats(0, 3_600_000), st.integers(0, 499)
)

COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(Open, options=st.dictionaries(TEXT, VALUES, max_size=4)),
    st.builds(Start, capture=NUMBERS, request=st.dictionaries(TEXT, VALUES, max_size=4)),
    st.builds(Stop, capture=NUMBERS),
    st.builds(Release, capture=NUMBERS, slot=NUMBERS),
    st.builds(Ping, number=NUMBERS),
    st.builds(Transmit, capture=NUMBERS, number=NUMBERS, command=st.binary(max_size=300)),
    st.sampled_from([Close(), Shutdown()]),
)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Opened, identity=IDENTITIES),
    st.just(Closed()),
    st.builds(
        FrameReady,
        **dict.fromkeys(
            ("capture", "slot", "height", "width", "channels", "sequence", "captured_monotonic_ns", "dropped"), NUMBERS
        ),
        resolution_ppi=st.none() | st.integers(0, PPI_LIMIT),
        simulated=st.booleans(),
        position=TEXT,
        preview=st.booleans(),
    ),
    st.builds(CardSeen, capture=NUMBERS, present=st.booleans(), atr=st.binary(max_size=33)),
    st.builds(Response, capture=NUMBERS, number=NUMBERS, response=st.binary(max_size=300)),
    st.builds(Ink, capture=NUMBERS, size=st.just((900.0, 300.0)), points=st.lists(POINTS, max_size=3).map(tuple)),
    st.builds(Done, capture=NUMBERS, dropped=NUMBERS),
    st.builds(Failed, capture=NUMBERS, code=TEXT, sentence=TEXT),
    st.builds(Pong, number=NUMBERS, present=st.booleans()),
)


@given(st.lists(COMMANDS, max_size=6), st.lists(st.integers(1, 40), min_size=1, max_size=12))
def test_commands_arrive_whole_and_in_order_however_the_stream_is_cut(sent: list[Command], cuts: list[int]) -> None:
    stream = b"".join(to_bytes(command) for command in sent)
    reader, received = command_reader(), []
    position = 0
    while position < len(stream):
        step = cuts[position % len(cuts)]
        received += reader.feed(stream[position : position + step])
        position += step
    assert received == sent


@given(EVENTS, st.data())
def test_an_event_cut_short_is_waited_for_and_then_complete(event: Event, data: st.DataObject) -> None:
    stream = to_bytes(event)
    cut = data.draw(st.integers(0, len(stream) - 1))
    reader = event_reader()
    assert reader.feed(stream[:cut]) == []
    assert reader.feed(stream[cut:]) == [event]


@given(st.binary(max_size=200))
def test_garbage_is_refused_by_name_or_waited_for(garbage: bytes) -> None:
    reader = event_reader()
    try:
        messages = reader.feed(garbage)
    except DeviceProtocolError:
        return
    assert all(isinstance(message, msgspec.Struct) for message in messages)


@pytest.mark.parametrize(
    ("what", "stream"),
    [
        ("a length over the limit", (MESSAGE_LIMIT_BYTES + 1).to_bytes(4, "big")),
        ("no map", b"\x00\x00\x00\x01\xc0"),
        ("an empty body", b"\x00\x00\x00\x00"),
        ("a command where events are due", to_bytes(Shutdown())),
        ("an unknown type", (10).to_bytes(4, "big") + msgspec.msgpack.encode({"type": "zz"})[:10].ljust(10, b"\xc0")),
        ("bytes after the map", b"\x00\x00\x00\x0e" + msgspec.msgpack.encode({"type": "closed"}) + b"\xc0"),
    ],
)
def test_what_is_no_event_is_refused(what: str, stream: bytes) -> None:
    with pytest.raises(DeviceProtocolError):
        event_reader().feed(stream)


@pytest.mark.parametrize("ppi", [-1, PPI_LIMIT + 1, 2**62])
def test_a_resolution_that_no_picture_can_have_is_refused(ppi: int) -> None:
    frame = FrameReady(
        capture=1,
        slot=0,
        height=4,
        width=4,
        channels=1,
        sequence=0,
        captured_monotonic_ns=0,
        resolution_ppi=ppi,
        simulated=False,
        dropped=0,
    )
    with pytest.raises(DeviceProtocolError):
        event_reader().feed(to_bytes(frame))


def test_a_message_over_the_limit_is_not_sent() -> None:
    with pytest.raises(DeviceProtocolError):
        to_bytes(Open(options={"device": "x" * MESSAGE_LIMIT_BYTES}))


@pytest.mark.parametrize(
    ("contract", "request_"),
    [
        (Contract.FINGERPRINT_READER, FingerprintRequest(position="left_thumb", timeout_s=2.5)),
        (Contract.FINGERPRINT_READER, FingerprintRequest(positions=("left_thumb", "right_thumb"), preview=True)),
        (Contract.CAMERA, CameraRequest(width=640, height=480, frame_limit=3)),
        (Contract.CAMERA, CameraRequest(preview_width=640)),
        (Contract.DOCUMENT_SCANNER, ScanRequest(area_mm=(85.6, 54.0), colour=False)),
        (Contract.CHIP_READER, ChipRequest(timeout_s=3.0, watch=True)),
        (Contract.SIGNATURE_PAD, SignatureRequest(timeout_s=4.5)),
    ],
)
def test_a_request_crosses_the_boundary_unchanged(contract: Contract, request_: AnyRequest) -> None:
    fields = msgspec.msgpack.decode(msgspec.msgpack.encode(request_to_dict(request_)))
    assert request_from_dict(contract, fields) == request_


def test_a_request_that_does_not_fit_is_refused() -> None:
    with pytest.raises(DeviceProtocolError):
        request_from_dict(Contract.CAMERA, {"width": "wide"})


def test_the_longest_command_and_response_have_room() -> None:
    sent = Transmit(capture=1, number=1, command=bytes(COMMAND_LIMIT_BYTES))
    assert command_reader().feed(to_bytes(sent)) == [sent]
    answered = Response(capture=1, number=1, response=bytes(RESPONSE_LIMIT_BYTES))
    assert event_reader().feed(to_bytes(answered)) == [answered]
    with pytest.raises(DeviceProtocolError):
        event_reader().feed(to_bytes(Response(capture=1, number=1, response=bytes(RESPONSE_LIMIT_BYTES + 1))))


@pytest.mark.parametrize(
    "message",
    [
        Transmit(capture=1, number=2, command=b"SECRET"),
        Response(capture=1, number=2, response=b"SECRET"),
        Ink(capture=1, size=(9.0, 9.0), points=(PenPoint(7777.0, 7777.0, 0.5, 0.0, 0),)),
    ],
    ids=lambda message: type(message).__name__,
)
def test_what_is_personal_is_not_shown(message: Transmit | Response | Ink) -> None:
    assert not {"SECRET", "7777"} & set(re.findall(r"[A-Z]{6}|[0-9]{4}", repr(message)))
