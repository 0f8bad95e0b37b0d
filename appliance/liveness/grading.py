"""From figures to scores between 0 and 1 in twenty steps, and from several scores to one."""

from __future__ import annotations

import math
from collections.abc import Iterable

from appliance.model.liveness import STEP, Hint


def ramp(value: float, bona_fide: float, attack: float) -> float:
    """0 on the one's side, 1 on the other's, evenly between; the ends may lie either way round."""
    return min(1.0, max(0.0, (value - bona_fide) / (attack - bona_fide)))


def stepped(score: float) -> float:
    """Down to a step: nobody reads more into it than it holds, and nothing is lifted into an alarm."""
    return round(math.floor(score / STEP + 1e-6) * STEP, 2)


def graded(code: str, score: float, **evidence: float) -> Hint:
    return Hint(code=code, score=stepped(score), evidence={name: round(value, 4) for name, value in evidence.items()})


def together(scores: Iterable[float | None]) -> float | None:
    """1 minus the chance that none is right (noisy-or): never below the greatest. None without any score."""
    known = [score for score in scores if score is not None]
    return stepped(1.0 - math.prod(1.0 - score for score in known)) if known else None
