"""Several fingers of one placement, found and told apart: which they are, of which hand, and whether any is missing.

Pure. Nothing is refused here: a result says what was found, and its reasons are for guidance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from appliance.errors import QualityError
from appliance.fingerprint.contact_map import ContactMap, contact_map
from appliance.fingerprint.finger_choice import Choice, by_place, of_one_hand
from appliance.fingerprint.finger_columns import columns
from appliance.fingerprint.finger_segment import FingerSegment
from appliance.fingerprint.fingertip import Fingertip, fingertips
from appliance.fingerprint.hand_side import SURE, Side
from appliance.fingerprint.limbs import without_limbs
from appliance.fingerprint.phalanges import Piece, phalanges
from drivers.contracts import Pixels

RIGHT_FOUR: Final = (2, 3, 4, 5)
LEFT_FOUR: Final = (7, 8, 9, 10)
TWO_THUMBS: Final = (1, 6)
TWO_INDEXES: Final = (2, 7)
_THUMBS: Final = {1, 6}
MOST_TURNED_DEG: Final = 49.0
"""45, and what the measurement of the angle may err by."""
_OTHER_ANGLES_DEG: Final = (-40.0, 0.0, 40.0)
_PLAUSIBLE: Final = -32.0
"""A reading that fits less than this is compared with those at other angles."""


class Reason(StrEnum):
    """Why a slap is not what was asked for: stable codes."""

    FINGERS_MISSING = "fingers-missing"
    FINGERS_TOO_MANY = "fingers-too-many"
    HAND_SIDE_WRONG = "hand-side-wrong"
    ROTATED_TOO_FAR = "rotated-too-far"


@dataclass(frozen=True)
class SlapSegments:
    """`fingers`: from left to right. `expected`: the positions asked for. `found`: how many fingers lie on the glass,
    also more than were asked for. `angle_deg`: of the hand, from upright, clockwise. `side`: of four fingers' hand or a
    part of them, None where no shape tells it; `side_confidence`: how probable it is, 0.5 where it could be either."""

    fingers: tuple[FingerSegment, ...]
    expected: tuple[int, ...]
    found: int
    angle_deg: float
    side: Side | None
    side_confidence: float
    reasons: tuple[Reason, ...]


def segments(pixels: Pixels, resolution_ppi: float, expected: Sequence[int]) -> SlapSegments:
    """Of (h, w) uint8, dark ridges on light. `expected`: positions of ANSI/NIST-ITL 1-2011 table 8, from 1 to 10,
    without those that the person is known not to have. Raises QualityError: not such an image, or no such positions."""
    asked = tuple(sorted(set(expected)))
    if not asked or len(asked) != len(expected) or not 1 <= asked[0] <= asked[-1] <= 10:
        raise QualityError("Fingers are asked for by their positions from 1 to 10, each once.")
    of = contact_map(pixels, resolution_ppi)
    pieces = [without_limbs(piece, of.cell_mm) for piece in phalanges(of)] if of else []
    if of is None or not pieces:
        return SlapSegments((), asked, 0, 0.0, None, 0.5, (Reason.FINGERS_MISSING,))
    choice, angle = _best(of, pieces, asked)
    fingers = tuple(_segment(tip, position, of) for tip, position in zip(choice.tips, choice.positions, strict=True))
    found = len(fingers) + choice.others
    return SlapSegments(
        fingers, asked, found, angle, choice.side, choice.side_confidence, _reasons(choice, asked, found, angle)
    )


def _best(of: ContactMap, pieces: Sequence[Piece], asked: tuple[int, ...]) -> tuple[Choice, float]:
    """The choice at the angle that the fingers' axes say; at another, where that is too far and makes no hand: prints
    that are wider than long."""
    choice, angle = _choice(of, pieces, asked, None)
    if choice.fit is None or choice.fit >= _PLAUSIBLE or abs(angle) <= MOST_TURNED_DEG:
        return choice, angle
    ways = [(choice, angle), *(_choice(of, pieces, asked, near) for near in _OTHER_ANGLES_DEG)]
    return max(ways, key=lambda way: way[0].fit if way[0].fit is not None else -np.inf)


def _choice(
    of: ContactMap, pieces: Sequence[Piece], asked: tuple[int, ...], near_deg: float | None
) -> tuple[Choice, float]:
    found, angle = columns(pieces, near_deg)
    tips = fingertips(found, angle, of)
    hands = {position > 5 for position in asked}
    if len(hands) == 1 and not _THUMBS & set(asked):
        return of_one_hand(tips, asked), angle
    return by_place(tips, asked), angle


def _segment(tip: Fingertip, position: int, of: ContactMap) -> FingerSegment:
    x, y = (value * of.px_per_mm for value in tip.centre_mm)
    width, height = tip.width_mm * of.px_per_mm, tip.height_mm * of.px_per_mm
    return FingerSegment(position, (x, y), tip.angle_deg, width, height, tip.is_cut)


def _reasons(choice: Choice, asked: tuple[int, ...], found: int, angle_deg: float) -> tuple[Reason, ...]:
    asked_side: Side = "left" if asked[0] > 5 else "right"
    wrong = choice.side is not None and choice.side != asked_side and choice.side_confidence >= SURE
    noticed = {
        # What lies there besides is none of those asked for, and makes up for none of them.
        Reason.FINGERS_MISSING: len(choice.tips) < len(asked),
        Reason.FINGERS_TOO_MANY: found > len(asked),
        Reason.HAND_SIDE_WRONG: wrong,
        Reason.ROTATED_TOO_FAR: abs(angle_deg) > MOST_TURNED_DEG,
    }
    return tuple(reason for reason, is_so in noticed.items() if is_so)
