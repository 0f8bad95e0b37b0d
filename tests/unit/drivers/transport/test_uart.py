"""What bytes become between two speeds: themselves at the same one, and never a message at another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.transport.uart import heard

SPEEDS = st.sampled_from([9600 * n for n in range(1, 13)])


@given(st.binary(max_size=64), SPEEDS)
def test_at_the_same_speed_everything_arrives(data: bytes, baud: int) -> None:
    assert heard(data, sent_baud=baud, heard_baud=baud) == data


@given(st.binary(max_size=64), SPEEDS, SPEEDS)
def test_no_more_comes_out_than_the_line_has_time_for(data: bytes, sent: int, received: int) -> None:
    came = heard(data, sent_baud=sent, heard_baud=received)
    # A receiver needs nine and a half of its own bits for a byte; it may begin one in the last bit that is sent.
    assert len(came) <= len(data) * 10 * received / sent / 9.5 + 1


@pytest.mark.parametrize(
    ("sent", "received", "data", "came"),
    [
        (57600, 115200, "55", "00 e6"),  # each bit is read twice: no stop bit where one should be, then a second byte
        (115200, 57600, "00", "f8"),  # every other bit is read; the silence after it counts as bits
        (57600, 9600, "00", "ff"),  # nine low bits are a start bit for a slower one
        (115200, 9600, "ff", ""),  # too short to be a start bit
    ],
    ids=["twice as fast", "half as fast", "a sixth", "a twelfth"],
)
def test_known_noise(sent: int, received: int, data: str, came: str) -> None:
    assert heard(bytes.fromhex(data), sent_baud=sent, heard_baud=received) == bytes.fromhex(came)


@given(st.binary(max_size=24), SPEEDS)
def test_one_percent_of_drift_does_no_harm(data: bytes, baud: int) -> None:
    assert heard(data, sent_baud=baud * 100, heard_baud=baud * 99) == data
