"""The check digit of machine-readable zones: weights 7, 3, 1 and modulus 10 (ICAO Doc 9303-3, §4.9)."""

from __future__ import annotations

_VALUES = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}


def check_digit(text: str) -> str:
    """`0` … `9` for text of A–Z, 0–9 and `<`; KeyError for any other character."""
    return str(sum(_VALUES[character] * (7, 3, 1)[index % 3] for index, character in enumerate(text)) % 10)
