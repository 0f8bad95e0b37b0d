"""Images of the U.are.U readers: scrambling as the plain model has it, blocks as the header promises them, no more."""

from __future__ import annotations

import contextlib
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contracts import Pixels
from drivers.errors import DeviceProtocolError
from drivers.uru4000.codec import HEIGHT, WIDTH, RawImage, challenge_response, key_from, scramble_request
from drivers.uru4000.scramble import advanced, scrambled, unscrambled
from tests.replay.plain_uru4000 import ABSENT, ENCRYPTED, KEY_STANDS, NEW_KEY, next_key, xor_byte

KEYS = st.integers(0, 0xFFFFFFFF)
Block = tuple[int, int]


def plain_unscrambled(data: bytes, key: int) -> tuple[bytes, int]:
    """As the protocol's facts put it, a byte at a time."""
    plain = bytearray()
    for byte in data[1:]:
        plain.append(byte ^ xor_byte(key))
        key = next_key(key)
    return bytes(plain) + b"\0", next_key(key)


def image(lines: int, blocks: tuple[Block, ...], rows: Pixels) -> bytes:
    head = bytearray(64)
    struct.pack_into("<HB", head, 4, lines, 7)
    for place, block in enumerate(blocks):
        struct.pack_into("BB", head, 16 + 2 * place, *block)
    return bytes(head) + rows.tobytes()


def noise(rows: int) -> Pixels:
    return np.random.default_rng(rows).integers(0, 256, (rows, WIDTH), np.uint8)


class Keys:
    """Gives a key for each number, and remembers which were asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, number: int) -> int:
        self.asked.append(number)
        return 0x12345679


@given(KEYS, st.binary(min_size=1, max_size=600))
def test_a_block_is_unscrambled_as_the_facts_have_it(key: int, data: bytes) -> None:
    plain, following = unscrambled(np.frombuffer(data, np.uint8), key)
    assert (plain.tobytes(), following) == plain_unscrambled(data, key)


@given(KEYS, st.integers(0, 3000))
def test_a_key_is_advanced_step_by_step(key: int, steps: int) -> None:
    there = key
    for _ in range(steps):
        there = next_key(there)
    assert advanced(key, steps) == there


@given(KEYS, st.binary(min_size=2, max_size=600))
def test_what_is_scrambled_comes_back_but_for_its_last_byte(key: int, data: bytes) -> None:
    mixed, following = scrambled(np.frombuffer(data, np.uint8), key)
    plain, after = unscrambled(mixed, key)
    assert plain.tobytes() == data[:-1] + b"\0"
    assert following == after


@given(st.binary(max_size=64), st.integers(0, 4))
def test_any_bytes_are_an_image_or_a_protocol_error(head: bytes, rows: int) -> None:
    with contextlib.suppress(DeviceProtocolError):
        RawImage.from_bytes(head.ljust(64, b"\0") + bytes(rows * WIDTH)).assembled(Keys())


@pytest.mark.parametrize(
    ("lines", "blocks", "rows"),
    [
        (4, ((0, 5),), 4),
        (291, ((0, 255), (0, 36)), 291),
        (1, ((0, 1),), 1),
        (4, ((ABSENT, 4),), 4),
    ],
    ids=["more in its blocks than it sent", "too tall", "too flat", "nothing present"],
)
def test_a_header_that_does_not_fit_is_refused(lines: int, blocks: tuple[Block, ...], rows: int) -> None:
    with pytest.raises(DeviceProtocolError):
        RawImage.from_bytes(image(lines, blocks, np.zeros((rows, WIDTH), np.uint8)))


def test_each_change_of_key_is_asked_for_under_the_next_number() -> None:
    blocks = ((KEY_STANDS, 2), (NEW_KEY | KEY_STANDS, 1), (KEY_STANDS, 1), (NEW_KEY | KEY_STANDS, 1))
    keys = Keys()
    RawImage.from_bytes(image(5, blocks, noise(5))).assembled(keys)
    assert keys.asked == [7, 8, 9]


def test_a_plain_image_asks_for_no_key_whatever_its_blocks_say() -> None:
    keys = Keys()
    rows = np.full((4, WIDTH), 20, np.uint8)
    made = RawImage.from_bytes(image(4, ((ENCRYPTED, 2), (NEW_KEY | ENCRYPTED, 2)), rows)).assembled(keys)
    assert keys.asked == []
    assert np.array_equal(made[:4], rows)


def test_blocks_after_the_promised_rows_mean_nothing() -> None:
    keys = Keys()
    data = image(3, ((KEY_STANDS, 3), (NEW_KEY | ABSENT, 1), (NEW_KEY, 1)), noise(4))
    made = RawImage.from_bytes(data).assembled(keys)
    assert keys.asked == [7]
    assert made.shape == (HEIGHT, WIDTH)
    assert not made[3:].any()


@given(st.integers(0, 300), KEYS, KEYS)
def test_a_key_comes_back_as_the_reader_mixed_it(number: int, seed: int, key: int) -> None:
    assert scramble_request(number, seed) == bytes([number % 256]) + seed.to_bytes(4, "little")
    assert key_from((key ^ seed).to_bytes(4, "little"), seed) == key


@pytest.mark.parametrize("length", [0, 15, 17])
def test_a_challenge_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(DeviceProtocolError):
        challenge_response(bytes(length))
