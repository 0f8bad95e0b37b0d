"""Hands of four fingers laid on the glass, by seed."""

from __future__ import annotations

from itertools import count
from typing import Any

import numpy as np

from tests.unit.fingerprint.drawn_slaps import Slap, draw
from tests.unit.fingerprint.hands import four_fingers


def on_the_glass(seed: int, **how: Any) -> tuple[Slap, bool]:
    """The seed's hand, laid down until every fingertip is on the glass; and whether it is a left one."""
    small = {**how, "ppi": 50}
    laid = next(attempt for attempt in count() if _laid(seed, attempt, small)[0].is_on_glass)
    return _laid(seed, laid, how)


def _laid(seed: int, attempt: int, how: dict[str, Any]) -> tuple[Slap, bool]:
    rng = np.random.default_rng([seed, attempt])
    is_left = bool(rng.integers(2))
    angle = float(rng.uniform(-45, 45))
    return draw(rng, four_fingers(rng), left=is_left, **{"angle_deg": angle, **how}), is_left
