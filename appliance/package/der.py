"""DER by hand, for what is streamed: a value's header can be written before its content exists (X.690 §8.1, §10.1)."""

from __future__ import annotations

SEQUENCE, SET, INTEGER, OCTET_STRING, OBJECT_IDENTIFIER = 0x30, 0x31, 0x02, 0x04, 0x06


def context(number: int, *, constructed: bool) -> int:
    """The identifier octet of a context-specific tag below 31."""
    return 0x80 | (0x20 if constructed else 0) | number


def header(tag: int, length: int) -> bytes:
    """Identifier and definite length, in the fewest octets."""
    if length < 0x80:
        return bytes((tag, length))
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets


def element(tag: int, *content: bytes) -> bytes:
    joined = b"".join(content)
    return header(tag, len(joined)) + joined


def small_integer(value: int) -> bytes:
    """For 0 to 127."""
    return element(INTEGER, bytes((value,)))


def object_identifier(dotted: str) -> bytes:
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return element(OBJECT_IDENTIFIER, b"".join(_base128(arc) for arc in (first * 40 + second, *rest)))


def _base128(value: int) -> bytes:
    octets = [value & 0x7F]
    while value := value >> 7:
        octets.append(0x80 | (value & 0x7F))
    return bytes(reversed(octets))
