"""What is known of a portrait beside its verdict: what it was made for, how, and which criteria it meets."""

from __future__ import annotations

import msgspec


class Criterion(msgspec.Struct, frozen=True, kw_only=True):
    """One that could be told; `mandatory` as the rule book has it (`quality.portrait_criteria`)."""

    name: str
    mandatory: bool
    met: bool


class Composition(msgspec.Struct, frozen=True, kw_only=True):
    """How the picture was made of the still. `scale`: its pixels for one of the still's. `turn_deg`: by how much the
    head leaned, clockwise as seen. `filled_share`: of it, what lay outside the still and repeats its edge."""

    width_px: int
    height_px: int
    scale: float
    enlarged: bool
    turn_deg: float
    filled_share: float


class PortraitFacts(msgspec.Struct, frozen=True, kw_only=True):
    """`profile` and `template`: what it was wanted for, and by which age's limits. Where no portrait was composed
    `omitted` says why, and the image is the uncropped still. `stills`: of how many it is the best."""

    profile: str
    template: str
    composition: Composition | None
    omitted: str
    stills: int
    criteria: tuple[Criterion, ...]
