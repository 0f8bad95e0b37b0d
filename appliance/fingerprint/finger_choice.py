"""Which of the things found are the fingers asked for, and which of them each is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from appliance.fingerprint.fingertip import Fingertip
from appliance.fingerprint.hand_shape import Tips
from appliance.fingerprint.hand_side import SURE, Reading, Side, read_hand

_AT_MOST: Final = 7
"""Of the things found, the largest, among which is chosen."""
_NO_FINGER: Final = (-6.0, -16.0)
"""The logarithm of how likely a thing that is no finger lies just there and is just so wide: a speck, and one as large
as a tip."""
_MISSING: Final = -4.0
"""Of an expected finger not touching the glass."""
_SMALL: Final = 0.4
"""Of the usual tip's area: less is hardly one."""
_FAINT: Final = -5.0
_CUT: Final = -1.5
_TOP_LIGHT: Final = -4.0
"""Of a finger of which so much more touches the glass below its tip than at it that there is a doubt."""
_ROUND, _FLAT_DEVIATION = 1.0, 0.2
"""Height over width from which down on a whole tip is flatter than they are, and by how much those that are differ, of
its logarithm: a line of text is wider than high."""
_ANOTHER: Final = 0.38
_ANOTHER_CUT: Final = 0.7
"""Of the usual tip's area: what is left over and has as much is a finger too, also where the border cuts it."""
_CLEAR: Final = -24.0
"""A reading of as many tips as were asked for that fits better is taken without looking at others."""
_FIRST: Final[dict[Side, int]] = {"right": 2, "left": 7}
"""The index finger's position."""


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
    asked_side: Side = "left" if min(asked) > 5 else "right"
    present = tuple(position - _FIRST[asked_side] for position in asked)
    usual = _usual_area(tips, len(present))
    ways = [
        (_score(tips, chosen, reading, len(present), usual), chosen, reading)
        for chosen, reading in _ways(tips, present)
    ]
    score, chosen, reading = max(ways, key=lambda way: way[0])
    side = reading.side if reading.confidence >= SURE else asked_side
    fingers = reading.fingers
    if side != reading.side:
        fingers = read_hand(_shapes(tips, [chosen]), present, only=side)[0].fingers
    positions = tuple(number + _FIRST[side] for number in fingers)
    taken = tuple(tips[number] for number in chosen)
    return Choice(taken, positions, _others(found, taken, usual), reading.side, reading.confidence, score)


def _ways(tips: Sequence[Fingertip], present: Sequence[int]) -> list[tuple[tuple[int, ...], Reading]]:
    """Sets of tips with the best reading of each."""
    whole = tuple(range(len(tips)))
    fingers = len({tip.column for tip in tips})
    if fingers == len(tips) <= len(present):
        reading = read_hand(_shapes(tips, [whole]), present)[0]
        if len(tips) < 2 or reading.fit > _CLEAR:
            return [(whole, reading)]
    most = min(fingers, len(present))
    ways: list[tuple[tuple[int, ...], Reading]] = []
    for count in range(most, max(most - 2, 0), -1):
        sets = [chosen for chosen in combinations(whole, count) if len({tips[n].column for n in chosen}) == count]
        ways.extend(zip(sets, read_hand(_shapes(tips, sets), present), strict=True))
    return ways


def _shapes(tips: Sequence[Fingertip], sets: Sequence[tuple[int, ...]]) -> Tips:
    across, along, width = (
        np.array([getattr(tip, name) for tip in tips], np.float64) for name in ("across_mm", "along_mm", "width_mm")
    )
    chosen = np.array(sets, np.intp)
    return Tips(across[chosen], along[chosen], width[chosen], np.array([tip.is_cut for tip in tips])[chosen])


def _score(tips: Sequence[Fingertip], chosen: Sequence[int], reading: Reading, asked: int, usual_mm2: float) -> float:
    score = reading.fit + _MISSING * (asked - len(chosen))
    taken = [tips[number] for number in chosen]
    for number, tip in enumerate(tips):
        if _is_under(tip, taken):
            score += _TOP_LIGHT
        elif number not in chosen:
            score += float(np.interp(tip.area_mm2 / usual_mm2, (0.0, 1.0), _NO_FINGER))
        else:
            score += _FAINT * (tip.area_mm2 < _SMALL * usual_mm2) + (_CUT if tip.is_cut else _flat(tip))
    return score


def _flat(tip: Fingertip) -> float:
    short = np.log(min(tip.height_mm / (_ROUND * tip.width_mm), 1.0)) / _FLAT_DEVIATION
    return float(-0.5 * short**2)


def by_place(found: Sequence[Fingertip], asked: Sequence[int]) -> Choice:
    """Of both hands, or with a thumb: a left hand's lie left of a right hand's, the little finger outermost."""
    found = [tip for tip in found if not _is_under(tip, found)]
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
    return tip.area_mm2 * (0.6 if tip.is_cut else 1.0)


def _usual_area(found: Sequence[Fingertip], count: int) -> float:
    areas = sorted((tip.area_mm2 for tip in found), reverse=True)[:count]
    return float(np.median(areas)) if areas else 0.0


def _others(found: Sequence[Fingertip], taken: Sequence[Fingertip], usual_mm2: float) -> int:
    least = {False: _ANOTHER * usual_mm2, True: _ANOTHER_CUT * usual_mm2}
    return sum(tip not in taken and not _is_under(tip, taken) and tip.area_mm2 >= least[tip.is_cut] for tip in found)


def _is_under(tip: Fingertip, others: Iterable[Fingertip]) -> bool:
    """Whether it is the lower part of a finger whose tip is among others."""
    return any(tip.column == other.column and tip.along_mm < other.along_mm for other in others)
