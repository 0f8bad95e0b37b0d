"""Which pieces of contact belong to one finger: those below one another along the hand's direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from appliance.fingerprint.hand_angle import Axis, Points, axis, common_angle_deg, upright
from appliance.fingerprint.phalanges import Piece, joined

_LEAST_MM2: Final = 18.0
_LEAST_SHARE: Final = 0.22
"""Of the area of the third largest piece: less is no fingertip."""
_SIDEWAYS: Final = 0.55
"""How far a lower phalanx may lie from under the upper one, as a part of the wider one's width."""
_WHOLE_TIP: Final = 0.95
"""Its length in widths at least."""
_TEAR_MM: Final = 1.2
_SPECK_SHARE: Final = 0.55
_SPECK_WIDTH, _SPECK_APART = 0.6, 0.75
"""Of the area, and of the width, of what lies under it, touching it or apart from it: a tip has more."""
_DOUBT_SHARE: Final = 0.7
"""Of the area of what lies under it: a tip with less is one only if the hand's shape says so."""
_ROUNDS: Final = 3


@dataclass(frozen=True)
class Column:
    """One finger as far as it touches the glass: the piece that is its tip, and the axis of all of it. `lower`: the
    finger that it is if what lies uppermost is none of it, but text or another print; None where that cannot be."""

    tip: Piece
    axis: Axis
    lower: Column | None


def columns(pieces: Sequence[Piece], near_deg: float | None = None) -> tuple[list[Column], float]:
    """From left to right; and the hand's angle in degrees, which is looked for near one where one is given."""
    large = _large(pieces)
    first = common_angle_deg((axis(piece.moments), piece.area_mm2) for piece in large)
    angle = first if near_deg is None else near_deg
    found: list[Column] = []
    for _ in range(_ROUNDS):
        found = _stacked(large, angle)
        turned = common_angle_deg(((of.axis, of.tip.area_mm2) for of in found), angle)
        if abs(turned - angle) < 1.0:
            break
        angle = turned
    return found, angle


def _large(pieces: Sequence[Piece]) -> list[Piece]:
    areas = sorted((piece.area_mm2 for piece in pieces), reverse=True)
    if not areas:
        return []
    least = max(_LEAST_MM2, _LEAST_SHARE * areas[min(2, len(areas) - 1)])
    return [piece for piece in pieces if piece.area_mm2 >= least]


def _stacked(pieces: Sequence[Piece], angle_deg: float) -> list[Column]:
    boxes = [_Box.around(upright(piece.hull, angle_deg)) for piece in pieces]
    stacks: list[list[int]] = []
    for number in sorted(range(len(pieces)), key=lambda number: -boxes[number].top):
        over = [stack for stack in stacks if any(boxes[number].is_below(boxes[upper]) for upper in stack)]
        if not over:
            stacks.append([number])
            continue
        stack = min(over, key=lambda stack: abs(boxes[number].middle - boxes[stack[-1]].middle))
        if len(stack) == 1 and _is_speck(pieces[stack[0]], boxes[stack[0]], pieces[number], boxes[number]):
            stack.clear()
        stack.append(number)
    stacks.sort(key=lambda stack: boxes[stack[0]].middle)
    return [_column([pieces[number] for number in stack], [boxes[number] for number in stack]) for stack in stacks]


def _column(stack: Sequence[Piece], boxes: Sequence[_Box]) -> Column:
    whole = stack[0].moments
    for piece in stack[1:]:
        whole = whole + piece.moments
    upper = 1
    while upper < len(stack) and _is_torn(boxes[:upper], boxes[upper]):
        upper += 1
    tip = stack[0] if upper == 1 else joined(stack[:upper])
    is_doubtful = upper < len(stack) and tip.area_mm2 < _DOUBT_SHARE * stack[upper].area_mm2
    return Column(tip, axis(whole), _column(stack[upper:], boxes[upper:]) if is_doubtful else None)


def _is_torn(upper: Sequence[_Box], lower: _Box) -> bool:
    """Whether what lies below is still the tip, which a faint place has cut in two."""
    length = upper[0].top - min(box.bottom for box in upper)
    gap = min(box.bottom for box in upper) - lower.top
    return length < _WHOLE_TIP * max(box.width for box in upper) and gap < _TEAR_MM


def _is_speck(upper: Piece, its: _Box, lower: Piece, of_lower: _Box) -> bool:
    """Whether what lies above a fingertip is none itself: writing, dirt."""
    is_apart = its.bottom - of_lower.top > _TEAR_MM
    width = its.width / of_lower.width
    return upper.area_mm2 < _SPECK_SHARE * lower.area_mm2 and width < (_SPECK_APART if is_apart else _SPECK_WIDTH)


@dataclass(frozen=True)
class _Box:
    middle: float
    width: float
    top: float
    bottom: float

    @staticmethod
    def around(points: Points) -> _Box:
        (left, bottom), (right, top) = points.min(axis=0), points.max(axis=0)
        return _Box(float(left + right) / 2, float(right - left), float(top), float(bottom))

    def is_below(self, other: _Box) -> bool:
        beside = abs(self.middle - other.middle) > _SIDEWAYS * max(self.width, other.width)
        return not beside and self.top < (other.top + other.bottom) / 2
