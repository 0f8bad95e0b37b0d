"""Several fingers of one placement on a slap scanner (ANSI/NIST-ITL 1-2011 table 8), by the names that plans use."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from appliance.model.position import Position


class Placement(StrEnum):
    RIGHT_FOUR = "right_four"
    LEFT_FOUR = "left_four"
    TWO_THUMBS = "two_thumbs"

    @property
    def positions(self) -> tuple[Position, ...]:
        return _POSITIONS[self]

    @property
    def number(self) -> int:
        """13, 14 or 15, as records have it."""
        return 13 + list(Placement).index(self)


_FOUR: Final = ("index", "middle", "ring", "little")
_POSITIONS: Final = {
    Placement.RIGHT_FOUR: tuple(Position(f"right_{finger}") for finger in _FOUR),
    Placement.LEFT_FOUR: tuple(Position(f"left_{finger}") for finger in _FOUR),
    Placement.TWO_THUMBS: (Position.RIGHT_THUMB, Position.LEFT_THUMB),
}
