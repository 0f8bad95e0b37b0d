"""Whether the impressions of one attendance are of as many fingers as they claim: a warning, never a bar.

Two things go wrong at a counter: one finger is given twice, and a hand's finger is given for the other's. The second is
told only against what the same attendance took before: a round in which a finger agrees with the opposite hand's of an
earlier round. That two rounds of one position do not agree is no finding: of two impressions of one finger, some are
too poor or overlap too little to be recognised.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from appliance.fingerprint.comparison import compare
from appliance.fingerprint.template import Template
from appliance.model.position import Position

THRESHOLD: Final = 0.28
"""None of 27,776 pairs of different fingers reaches it (FVC2002 DB1 B and DB3 B, FVC2004 DB3 B, within and across the
sets). One in a hundred of them reaches 0.15, one in a thousand 0.18, one in ten thousand 0.22 and a single one 0.26: by
that slope fewer than one in a hundred thousand reach this. The reserve is for readers cleaner than those: of 1,092
pairs of drawn fingers, all of whose minutiae are clear and which flow alike, two reach it. Of pairs of one finger, 97
in 100 reach it on DB1 B of 2002, 80 on its DB3 B and 87 on DB3 B of 2004.

Finger 108 of DB3 B of 2002 and finger 102 of DB3 B of 2004 are one finger, whatever their names say: 44 of their 64
pairs are above 0.23, and bozorth3 finds two above its 40. They are left out."""


@dataclass(frozen=True)
class Given:
    """What an impression was given as. `round` and `attempt` count from 1."""

    position: Position
    round: int
    attempt: int


G = TypeVar("G", bound=Given)


@dataclass(frozen=True)
class Presented(Given):
    """An impression itself."""

    template: Template


@dataclass(frozen=True)
class Alike(Generic[G]):
    """Two impressions, given as different fingers, that look like the same one."""

    first: G
    second: G
    score: float


@dataclass(frozen=True)
class Uniqueness(Generic[G]):
    """`repeated`: the same finger given as two; one entry for two positions, the strongest. `swapped`: a right and a
    left finger that seem to have changed places between rounds. `compared`: pairs that were looked at."""

    repeated: tuple[Alike[G], ...]
    swapped: tuple[Alike[G], ...]
    compared: int
    threshold: float

    @property
    def is_doubtful(self) -> bool:
        return bool(self.repeated or self.swapped)


def uniqueness(presented: Sequence[Presented], threshold: float = THRESHOLD) -> Uniqueness[Presented]:
    """Of all impressions of one attendance, the kept ones and the others, in any order."""
    return told_by(presented, lambda one, other: compare(one.template, other.template).score, threshold)


def told_by(
    given: Sequence[G],
    score_of: Callable[[G, G], float | None],
    threshold: float = THRESHOLD,
    counts: Callable[[G], bool] = lambda _one: True,
    prefers: Callable[[G], bool] = lambda _one: True,
) -> Uniqueness[G]:
    """As `uniqueness`, of scores that are known already; None for a pair that could not be compared.

    `counts`: of which doubts are raised. The others only say what a position was before. `prefers`: of several pairs of
    two positions, one of two such impressions stands for them, however strong the others are.
    """
    ordered = sorted(given, key=lambda one: (one.round, one.attempt, one.position))
    alike: dict[frozenset[Position], list[tuple[G, G, float]]] = {}
    compared = 0
    for first, second in itertools.combinations(ordered, 2):
        if first.position == second.position or not (counts(first) and counts(second)):
            continue
        score = score_of(first, second)
        if score is None:
            continue
        compared += 1
        if score >= threshold:
            alike.setdefault(frozenset((first.position, second.position)), []).append((first, second, score))
    repeated: list[Alike[G]] = []
    swapped: list[Alike[G]] = []
    for found in alike.values():
        strongest = Alike(*max(found, key=lambda pair: (prefers(pair[0]) and prefers(pair[1]), pair[2])))
        (swapped if _changed_places(found, ordered, score_of, threshold) else repeated).append(strongest)
    swapped += _crossed(ordered, score_of, threshold, counts, told={*alike})
    return Uniqueness(_strongest_first(repeated), _strongest_first(swapped), compared, threshold)


def _crossed(
    ordered: list[G],
    score_of: Callable[[G, G], float | None],
    threshold: float,
    counts: Callable[[G], bool],
    told: set[frozenset[Position]],
) -> list[Alike[G]]:
    """A right and a left finger both of which are now what the other was before. One of them alone may be a mistake
    that was put right: then only the earlier impression was of the wrong finger."""
    found: list[Alike[G]] = []
    for first, second in itertools.combinations([one for one in ordered if counts(one)], 2):
        positions = frozenset((first.position, second.position))
        if second.position != first.position.opposite or positions in told:
            continue
        crossing = [
            max((score_of(before, now) or 0.0 for before in ordered if _was(before, other, now)), default=0.0)
            for now, other in ((first, second), (second, first))
        ]
        if min(crossing) >= threshold:
            found.append(Alike(first, second, min(crossing)))
            told.add(positions)
    return found


def _was(before: G, other: G, now: G) -> bool:
    """Whether it was given as the other's finger, in a round before that of either."""
    return before.position == other.position and before.round < min(now.round, other.round)


def _changed_places(
    found: list[tuple[G, G, float]],
    ordered: list[G],
    score_of: Callable[[G, G], float | None],
    threshold: float,
) -> bool:
    """Whether opposite fingers are alike across rounds only, and the later one is not what its position was before."""
    if found[0][1].position != found[0][0].position.opposite:
        return False
    if any(first.round == second.round for first, second, _ in found):
        return False
    earlier_own = [
        score
        for _, second, _ in found
        for before in ordered
        if before.position == second.position
        and before.round < second.round
        and (score := score_of(before, second)) is not None
    ]
    return bool(earlier_own) and max(earlier_own) < threshold


def _strongest_first(found: list[Alike[G]]) -> tuple[Alike[G], ...]:
    return tuple(sorted(found, key=lambda pair: -pair.score))
