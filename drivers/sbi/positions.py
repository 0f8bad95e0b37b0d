"""Fingers by our names, by SBI's, by ISO's codes, and which of them one placement on a slap scanner holds. Pure.

Names and `deviceSubId`: MOSIP SBI 0.9.5, capture request; codes: ISO/IEC 19794-4:2011 table 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from drivers.errors import RequestUnsupported

UNKNOWN: Final = "unknown"
UNKNOWN_NAME: Final = "UNKNOWN"
ANY_SUB_ID: Final = 0
LEFT_SLAP: Final = 1
RIGHT_SLAP: Final = 2
THUMBS: Final = 3


@dataclass(frozen=True, slots=True)
class Finger:
    position: str
    name: str
    iso_code: int
    sub_id: int


FINGERS: Final = (
    Finger("right_thumb", "Right Thumb", 1, THUMBS),
    Finger("right_index", "Right IndexFinger", 2, RIGHT_SLAP),
    Finger("right_middle", "Right MiddleFinger", 3, RIGHT_SLAP),
    Finger("right_ring", "Right RingFinger", 4, RIGHT_SLAP),
    Finger("right_little", "Right LittleFinger", 5, RIGHT_SLAP),
    Finger("left_thumb", "Left Thumb", 6, THUMBS),
    Finger("left_index", "Left IndexFinger", 7, LEFT_SLAP),
    Finger("left_middle", "Left MiddleFinger", 8, LEFT_SLAP),
    Finger("left_ring", "Left RingFinger", 9, LEFT_SLAP),
    Finger("left_little", "Left LittleFinger", 10, LEFT_SLAP),
)
NOBODY_KNOWS: Final = Finger(UNKNOWN, UNKNOWN_NAME, 0, ANY_SUB_ID)

_BY_POSITION: Final = {finger.position: finger for finger in (*FINGERS, NOBODY_KNOWS)}
_BY_NAME: Final = {finger.name: finger for finger in (*FINGERS, NOBODY_KNOWS)}


def finger_named(name: str) -> Finger | None:
    """By SBI's name; None for one that SBI does not have."""
    return _BY_NAME.get(name)


def placement(positions: Sequence[str]) -> tuple[Finger, ...]:
    """The fingers asked for, which must fit on the glass together. Raises RequestUnsupported."""
    fingers = tuple(_BY_POSITION[position] for position in positions if position in _BY_POSITION)
    if not fingers or len(fingers) != len(positions) or len(set(fingers)) != len(fingers):
        raise RequestUnsupported("The fingerprint scanner does not know the fingers that were asked for.")
    if len({finger.sub_id for finger in fingers}) != 1:
        raise RequestUnsupported("The fingers that were asked for do not lie on the glass together.")
    return fingers


def of_placement(sub_id: int) -> tuple[Finger, ...]:
    """Every finger of a left slap, a right slap or two thumbs; none for any other number."""
    return tuple(finger for finger in FINGERS if finger.sub_id == sub_id)
