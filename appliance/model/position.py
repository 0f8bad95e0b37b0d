"""Finger positions (ANSI/NIST-ITL 1-2011 table 8, ISO/IEC 19794) by the names that the interfaces use."""

from __future__ import annotations

from enum import StrEnum


class Position(StrEnum):
    RIGHT_THUMB = "right_thumb"
    RIGHT_INDEX = "right_index"
    RIGHT_MIDDLE = "right_middle"
    RIGHT_RING = "right_ring"
    RIGHT_LITTLE = "right_little"
    LEFT_THUMB = "left_thumb"
    LEFT_INDEX = "left_index"
    LEFT_MIDDLE = "left_middle"
    LEFT_RING = "left_ring"
    LEFT_LITTLE = "left_little"

    @property
    def hand(self) -> str:
        """`right` or `left`."""
        return self.value.split("_")[0]

    @property
    def finger(self) -> str:
        """`thumb`, `index`, `middle`, `ring` or `little`."""
        return self.value.split("_")[1]

    @property
    def opposite(self) -> Position:
        """The same finger of the other hand."""
        return Position(f"{'left' if self.hand == 'right' else 'right'}_{self.finger}")

    @property
    def number(self) -> int:
        """1 to 10, as records have it."""
        return list(Position).index(self) + 1


FALLBACK_ORDER = ("index", "thumb", "middle", "ring")
"""A hand's fingers in the order they are asked for (BSI TR-03121-3 vol. 2, two-finger permit); also breaks ties."""


def candidates(first: Position) -> tuple[Position, ...]:
    """The finger that the plan asks for, then its hand's fallbacks in order."""
    rest = [Position(f"{first.hand}_{finger}") for finger in FALLBACK_ORDER]
    return (first, *(position for position in rest if position != first))
