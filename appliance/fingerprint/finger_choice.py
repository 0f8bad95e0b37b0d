"""Which of the things found are the fingers asked for, and which of them each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from appliance.fingerprint.fingertip import Fingertip
from appliance.fingerprint.hand_side import Reading, Side, read_hand

_AT_MOST: Final = 6
"""Of the things found, the largest, among which is chosen."""
_NO_FINGER: Final = (-6.0, -16.0)
"""The logarithm of how likely a thing that is no finger lies just there and is just so wide: a speck, and one as large as
a tip."""
_MISSING: Final = -4.0
"""Of an expected finger not touching the glass."""
_SMALL: Final = 0.4
"""Of the usual tip's area: less is hardly one."""
_FAINT: Final = -5.0
_CUT: Final = -1.5
_ANOTHER: Final = 0.5
"""Of the usual tip's area: what is left over and has as much is a finger too."""
_CLEAR: Final = -24.0
"""A reading of as many tips as were asked for that fits better is taken without looking at others."""
_SURE: Final = 0.95


@dataclass(frozen=True)
class Choice:
    """`tips` from left to right with their `positions`; `others`: how many more fingers there are. `fit`: how well they
    make a hand, None where nothing says."""

    tips: tuple[Fingertip, ...]
    positions: tuple[int, ...]
    others: int
    side: Side | None
    side_confidence: float
    fit: float | None


def of_one_hand(found: Sequence[Fingertip], asked: Sequence[int]) -> Choice:
    """`asked`: positions of one hand without its thumb."""
    tips = _largest(found)
    if not tips:
        return Choice((), (), 0, None, 0.5, None)
    is_left = min(asked) > 5
    present = tuple(position - (7 if is_left else 2) for position in asked)
    usual = _usual_area(tips, len(present))
    score, chosen, reading = max(
        ((_score(tips, chosen, reading, len(present), usual), chosen, reading) for chosen, reading in _ways(tips, present)),
        key=lambda way: way[0],
    )
    side = reading.side if reading.confidence >= _SURE else ("left" if is_left else "right")
    numbers = _numbers_on(side, tips, chosen, reading, present)
    positions = tuple(number + (7 if side == "left" else 2) for number in numbers)
    confidence = reading.right_probability if side == "right" else 1 - reading.right_probability
    taken = tuple(tips[number] for number in chosen)
    likelier: Side = reading.side
    return Choice(taken, positions, _others(found, taken, usual), likelier, max(confidence, 1 - confidence), score)


def _ways(tips: Sequence[Fingertip], present: Sequence[int]) -> list[tuple[tuple[int, ...], Reading]]:
    """Sets of tips with the best reading of each."""
    shapes = [tip.shape for tip in tips]
    whole = tuple(range(len(tips)))
    if len(tips) <= len(present):
        reading = read_hand(shapes, present)
        assert reading is not None
        if len(tips) < 2 or reading.fit > _CLEAR:
            return [(whole, reading)]
    most = min(len(tips), len(present))
    ways = []
    for count in range(most, max(most - 2, 0), -1):
        for chosen in combinations(whole, count):
            reading = read_hand([shapes[number] for number in chosen], present)
            if reading is not None:
                ways.append((chosen, reading))
    return ways


def _score(
    tips: Sequence[Fingertip], chosen: Sequence[int], reading: Reading, asked: int, usual_mm2: float
) -> float:
    score = reading.fit + _MISSING * (asked - len(chosen))
    for number, tip in enumerate(tips):
        if number not in chosen:
            score += float(np.interp(tip.area_mm2 / usual_mm2, (0.0, 1.0), _NO_FINGER))
            continue
        score += _FAINT * (tip.area_mm2 < _SMALL * usual_mm2) + _CUT * tip.shape.is_cut
    return score


def _numbers_on(
    side: Side, tips: Sequence[Fingertip], chosen: Sequence[int], reading: Reading, present: Sequence[int]
) -> tuple[int, ...]:
    if side == reading.side:
        return reading.fingers
    if len(chosen) == len(present):
        return tuple(sorted(present, reverse=side == "left"))
    best = read_hand([tips[number].shape for number in chosen], present, only=side)
    assert best is not None
    return best.fingers


def by_place(found: Sequence[Fingertip], asked: Sequence[int]) -> Choice:
    """Of both hands, or with a thumb: a left hand's lie left of a right hand's, the little finger outermost."""
    order = [*sorted((p for p in asked if p > 5), reverse=True), *sorted(p for p in asked if p <= 5)]
    usual = _usual_area(found, len(order))
    fingers = [tip for tip in found if tip.area_mm2 >= _SMALL * usual]
    best = sorted(fingers, key=_weight, reverse=True)[: len(order)]
    taken = tuple(tip for tip in fingers if tip in best)
    return Choice(taken, tuple(order[: len(taken)]), _others(found, taken, usual), None, 0.5, None)


def _largest(found: Sequence[Fingertip]) -> list[Fingertip]:
    best = sorted(found, key=_weight, reverse=True)[:_AT_MOST]
    return [tip for tip in found if tip in best]


def _weight(tip: Fingertip) -> float:
    return tip.area_mm2 * (0.6 if tip.shape.is_cut else 1.0)


def _usual_area(found: Sequence[Fingertip], count: int) -> float:
    areas = sorted((tip.area_mm2 for tip in found), reverse=True)[:count]
    return float(np.median(areas)) if areas else 0.0


def _others(found: Sequence[Fingertip], taken: Sequence[Fingertip], usual_mm2: float) -> int:
    return sum(
        tip not in taken and not tip.shape.is_cut and tip.area_mm2 >= _ANOTHER * usual_mm2 for tip in found
    )
