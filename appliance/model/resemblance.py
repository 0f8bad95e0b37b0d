"""How alike one impression is to those that its attendance took before: figures, from which no print comes back."""

from __future__ import annotations

import msgspec


class Likeness(msgspec.Struct, frozen=True, kw_only=True):
    """`part` names the earlier impression as the vault does. `score` from 0 to 1, not a probability."""

    part: str
    score: float


class Resemblance(msgspec.Struct, frozen=True, kw_only=True):
    """Of one impression to every earlier one that could be compared, those of the same position included.

    `omitted` says why nothing of this impression can be compared, then or later; it is empty where it can.
    """

    minutiae: int = 0
    scores: tuple[Likeness, ...] = ()
    omitted: str = ""
    algorithm: str = ""
