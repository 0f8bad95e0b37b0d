"""How alike one impression is to those that its attendance took before: figures, from which no print comes back."""

from __future__ import annotations

import msgspec


class Likeness(msgspec.Struct, frozen=True, kw_only=True):
    """`part` names the earlier impression's image as the vault does, `finger` which of a placement's fingers it is.
    `score` from 0 to 1, not a probability."""

    part: str
    score: float
    finger: str = ""


class Resemblance(msgspec.Struct, frozen=True, kw_only=True):
    """Of one impression to every earlier one that could be compared, those of the same position and of the same
    placement included.

    `omitted` says why nothing of this impression can be compared, then or later; it is empty where it can.
    """

    minutiae: int = 0
    scores: tuple[Likeness, ...] = ()
    omitted: str = ""
    algorithm: str = ""
