"""What a driver and its helper say survives any cutting; anything else is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.transport.system_wire import LIMIT_BYTES, RAW_LIMIT_BYTES, Reader, WireError, to_bytes

_MESSAGES = st.dictionaries(st.text(max_size=10).filter(lambda name: name != "bytes"), st.text(max_size=20), max_size=4)


@given(st.lists(st.tuples(_MESSAGES, st.binary(max_size=60)), max_size=5), st.integers(1, 50))
def test_messages_arrive_whole_and_in_order_however_they_are_cut(
    sent: list[tuple[dict[str, Any], bytes]], step: int
) -> None:
    stream = b"".join(to_bytes(message, raw) for message, raw in sent)
    reader = Reader()
    heard: list[tuple[dict[str, Any], bytes]] = []
    for position in range(0, len(stream), step):
        heard += reader.feed(stream[position : position + step])
    assert [({k: v for k, v in message.items() if k != "bytes"}, raw) for message, raw in heard] == sent


@given(st.binary(max_size=200))
def test_garbage_is_refused_or_waited_for(garbage: bytes) -> None:
    try:
        heard = list(Reader().feed(garbage))
    except WireError:
        return
    assert all(isinstance(message, dict) for message, _ in heard)


@pytest.mark.parametrize(
    ("what", "stream"),
    [
        ("a message over the limit", (LIMIT_BYTES + 1).to_bytes(4, "big")),
        ("raw bytes over the limit", to_bytes({"bytes": RAW_LIMIT_BYTES + 1})),
        ("fewer than no raw bytes", to_bytes({"bytes": -1})),
        ("raw bytes of no size", to_bytes({"bytes": "many"})),
        ("no JSON", (2).to_bytes(4, "big") + b"{]"),
        ("no object", (2).to_bytes(4, "big") + b"[]"),
    ],
)
def test_what_is_no_message_is_refused(what: str, stream: bytes) -> None:
    with pytest.raises(WireError):
        list(Reader().feed(stream))
