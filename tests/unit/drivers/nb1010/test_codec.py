"""What the NB-1010 says, byte by byte: the recorded reader's words, and nothing taken for one of them that is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contracts import Pixels
from drivers.errors import DeviceProtocolError
from drivers.nb1010 import codec

HEADER = bytes.fromhex("802100001c020000000000000001000000010000000001000001")[:25]
ROWS = st.binary(min_size=512, max_size=512)
NUMBERS = st.integers(0, codec.PIECES - 1)


def blank() -> Pixels:
    return np.full((codec.HEIGHT, codec.WIDTH), 7, np.uint8)


@pytest.mark.parametrize(("level", "there"), [(0xF7, True), (0x31, True), (0x30, False), (0x05, False)])
def test_a_finger_is_told_by_its_level(level: int, there: bool) -> None:
    assert codec.finger_is_there(bytes.fromhex("803701001000000000000000") + bytes([level, 0, 0, 0])) is there


@given(st.binary(max_size=40).filter(lambda data: len(data) != codec.ANSWER_BYTES or data[0] != 0x80))
def test_garbage_is_no_answer(data: bytes) -> None:
    with pytest.raises(DeviceProtocolError):
        codec.check_answer(data)


@given(rows=ROWS, number=NUMBERS)
def test_a_piece_fills_its_two_rows_and_no_other(rows: bytes, number: int) -> None:
    pixels = blank()
    codec.put_piece(HEADER + rows + bytes(codec.PIECE_BYTES - 25 - len(rows)), number, pixels)
    assert pixels[2 * number : 2 * number + 2].tobytes() == rows
    assert (np.delete(pixels, [2 * number, 2 * number + 1], axis=0) == 7).all()


@given(data=st.binary(max_size=600), number=NUMBERS)
def test_garbage_is_no_piece_and_changes_nothing(data: bytes, number: int) -> None:
    pixels = blank()
    if len(data) == codec.PIECE_BYTES and data.startswith(b"\x80\x21"):
        return
    with pytest.raises(DeviceProtocolError):
        codec.put_piece(data, number, pixels)
    assert (pixels == 7).all()
