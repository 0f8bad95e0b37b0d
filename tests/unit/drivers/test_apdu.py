"""Commands to a chip and its answers: known bytes of every case, round trips, and what is neither refused by name."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drivers.contracts.apdu import COMMAND_LIMIT_BYTES, CommandApdu, ResponseApdu
from drivers.errors import DeviceProtocolError, RequestUnsupported

_BYTE = st.integers(0, 255)
_DATA = st.binary(max_size=300) | st.integers(0, 65_535).map(bytes)
_NE = st.integers(0, 65_536)


@given(_BYTE, _BYTE, _BYTE, _BYTE, _DATA, _NE)
@example(0, 0, 0, 0, bytes(65_535), 65_536)
def test_a_command_survives_its_bytes(cla: int, ins: int, p1: int, p2: int, data: bytes, ne: int) -> None:
    command = CommandApdu(cla, ins, p1, p2, data, ne)
    assert CommandApdu.from_bytes(command.to_bytes()) == command


@pytest.mark.parametrize(
    ("command", "data", "ne"),
    [
        ("00a40000", "", 0),
        ("00b0000010", "", 16),
        ("00b0000000", "", 256),
        ("00b00000000101", "", 257),
        ("00b00000000000", "", 65_536),
        ("00a4000c023f00", "3f00", 0),
        ("00a40004023f0000", "3f00", 256),
        ("0088000000000201020100", "0102", 256),
        ("008800000000010a0000", "0a", 65_536),
    ],
    ids=["1", "2S", "2S-256", "2E", "2E-65536", "3S", "4S", "4E", "4E-65536"],
)
def test_every_case_of_a_command_is_read(command: str, data: str, ne: int) -> None:
    read = CommandApdu.from_bytes(bytes.fromhex(command))
    assert (read.data.hex(), read.ne) == (data, ne)


@pytest.mark.parametrize(
    "command",
    ["", "00a404", "00a4040002aa", "00a4040002aabb0000", "00a404000000", "00a4040000000501"],
    ids=["nothing", "no header", "too little", "too much", "extended none", "extended too little"],
)
def test_what_is_no_command_is_refused(command: str) -> None:
    with pytest.raises(RequestUnsupported):
        CommandApdu.from_bytes(bytes.fromhex(command))


@given(st.binary(max_size=40))
def test_any_bytes_are_a_command_or_refused(command: bytes) -> None:
    try:
        read = CommandApdu.from_bytes(command)
    except RequestUnsupported:
        return
    assert CommandApdu.from_bytes(read.to_bytes()) == read


@pytest.mark.parametrize(
    "command",
    [
        CommandApdu(256, 0, 0, 0),
        CommandApdu(0, -1, 0, 0),
        CommandApdu(0, 0, 0, 0, bytes(65_536)),
        CommandApdu(0, 0, 0, 0, b"", 65_537),
    ],
    ids=["class", "instruction", "data", "ne"],
)
def test_what_no_command_can_say_is_refused(command: CommandApdu) -> None:
    with pytest.raises(RequestUnsupported):
        command.to_bytes()


def test_more_than_a_command_can_hold_is_refused() -> None:
    with pytest.raises(RequestUnsupported):
        CommandApdu.from_bytes(bytes(COMMAND_LIMIT_BYTES + 1))


@given(st.binary(max_size=100), st.integers(0x61, 0x6F) | st.integers(0x90, 0x9F), _BYTE)
def test_a_response_survives_its_bytes(data: bytes, sw1: int, sw2: int) -> None:
    response = ResponseApdu(data, sw1 << 8 | sw2)
    assert ResponseApdu.from_bytes(response.to_bytes()) == response


@pytest.mark.parametrize(
    "response", [b"", b"\x90", b"\x60\x00", b"\x00\x00", b"abc\xa0\x00", bytes(65_536) + b"\x90\0\0"]
)
def test_what_is_no_response_is_refused(response: bytes) -> None:
    with pytest.raises(DeviceProtocolError):
        ResponseApdu.from_bytes(response)


def test_what_they_hold_is_not_shown() -> None:
    assert "SECRET" not in repr(CommandApdu(0, 0, 0, 0, b"SECRET")) + repr(ResponseApdu(b"SECRET", 0x9000))
