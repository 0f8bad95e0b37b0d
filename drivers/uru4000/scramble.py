"""How the U.are.U readers scramble an image: a 32-bit shift register whose bits are mixed into every byte. Pure.

The register's successive states are windows on one sequence of bits, s[n] … s[n+31], with the recurrence
s[n+32] = XOR of s[n+t] over the taps t. Over GF(2) the recurrence holds with every distance doubled as well, which is
what makes a long keystream out of a few wide operations instead of one step a byte.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

KEY_BITS: Final = 32
TAPS: Final = 0x9248144D
OUTPUT_BITS: Final = (4, 8, 11, 14, 18, 21, 24, 29)
"""Which bits of the register make bits 0 to 7 of the byte that is mixed in."""

_TAP_AT: Final = tuple(t for t in range(KEY_BITS) if TAPS >> t & 1)
_WEIGHTS: Final = (1 << np.arange(KEY_BITS, dtype=np.uint64)).astype(np.uint64)


def next_key(key: int) -> int:
    """The register one step on."""
    return ((key & TAPS).bit_count() & 1) << 31 | key >> 1


def sequence(key: int, length: int) -> NDArray[np.uint8]:
    """(length,) uint8 of 0 and 1: the bits that the register runs through, from those of `key` itself on."""
    bits = np.empty(max(length, KEY_BITS), np.uint8)
    bits[:KEY_BITS] = key >> np.arange(KEY_BITS, dtype=np.uint64) & np.uint64(1)
    known, stride = KEY_BITS, 1
    while known < bits.size:
        # The recurrence with its distances times `stride` reaches back 32 × stride bits, and gives `stride` at once.
        while known >= 2 * KEY_BITS * stride:
            stride *= 2
        start, count = known - KEY_BITS * stride, min(stride, bits.size - known)
        fresh = bits[known : known + count]
        fresh[:] = 0
        for tap in _TAP_AT:
            fresh ^= bits[start + tap * stride : start + tap * stride + count]
        known += count
    return bits[:length]


def advanced(key: int, steps: int) -> int:
    """The register that many steps on."""
    window = sequence(key, steps + KEY_BITS)[steps:]
    return int((window.astype(np.uint64) * _WEIGHTS).sum())


def mask_and_next_key(key: int, count: int) -> tuple[NDArray[np.uint8], int]:
    """(count - 1,) uint8 of what is mixed into a block of `count` bytes, and the key that follows the block."""
    bits = sequence(key, count + KEY_BITS)
    mask = np.zeros(count - 1, np.uint8)
    for place, bit in enumerate(OUTPUT_BITS):
        mask |= bits[bit : bit + count - 1] << place
    return mask, int((bits[count:].astype(np.uint64) * _WEIGHTS).sum())


def unscrambled(data: NDArray[np.uint8], key: int) -> tuple[NDArray[np.uint8], int]:
    """The bytes of one block made plain, and the key that follows it.

    Byte i is the scrambled byte i + 1 mixed with the register after i steps; the last one is 0.
    """
    mask, following = mask_and_next_key(key, data.size)
    plain = np.zeros(data.size, np.uint8)
    np.bitwise_xor(data[1:], mask, out=plain[:-1])
    return plain, following


def scrambled(plain: NDArray[np.uint8], key: int) -> tuple[NDArray[np.uint8], int]:
    """The other way round, as a reader does it; the first byte says nothing, the last plain one is lost."""
    mask, following = mask_and_next_key(key, plain.size)
    data = plain.copy()
    np.bitwise_xor(plain[:-1], mask, out=data[1:])
    return data, following
