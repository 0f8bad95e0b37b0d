"""The virtual reader's wire survives any cutting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.pcsc.vpcd import LIMIT_BYTES, VpcdReader, to_bytes


@given(st.lists(st.binary(max_size=40), max_size=6), st.integers(1, 30))
def test_messages_arrive_whole_and_in_order_however_they_are_cut(sent: list[bytes], step: int) -> None:
    stream = b"".join(map(to_bytes, sent))
    reader = VpcdReader()
    heard: list[bytes] = []
    for position in range(0, len(stream), step):
        heard += reader.feed(stream[position : position + step])
    assert heard == sent


def test_the_length_is_two_bytes_big_endian() -> None:
    assert to_bytes(b"\4") == b"\0\1\4"
    assert to_bytes(bytes(0x1234))[:2] == b"\x12\x34"


def test_a_message_that_the_length_cannot_say_is_not_sent() -> None:
    with pytest.raises(ValueError, match="limit"):
        to_bytes(bytes(LIMIT_BYTES + 1))
