"""How far a face is from rest (ISO/IEC 29794-5:2025, 7.4.12): our own estimate, from the mesh network's 52 blendshapes.

One figure of how much moves, whatever it means: no expression is named and no emotion inferred. Movements that the
network also sees on faces at rest (lowered brows, pressed lips, narrow eyes) weigh little; eyelids and gaze, which are
other components' matter, not at all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from appliance.model.verdict import Component
from appliance.quality.iso29794_5.mapping import logistic

ALGORITHM: Final = "claim-kiosk-own-blendshapes/1"
_CENTRE, _WIDTH = 0.5, 0.08

_STRONG, _CLEAR, _MILD, _FAINT = 1.0, 0.8, 0.6, 0.2
WEIGHTS: Final[Mapping[tuple[str, ...], float]] = {
    ("browDownLeft", "browDownRight"): _FAINT,
    ("browInnerUp",): _CLEAR,
    ("browOuterUpLeft", "browOuterUpRight"): _MILD,
    ("cheekPuff",): _STRONG,
    ("cheekSquintLeft", "cheekSquintRight"): _MILD,
    ("eyeSquintLeft", "eyeSquintRight"): _FAINT,
    ("eyeWideLeft", "eyeWideRight"): _CLEAR,
    ("jawForward",): _CLEAR,
    ("jawLeft", "jawRight"): _CLEAR,
    ("jawOpen",): _STRONG,
    ("mouthDimpleLeft", "mouthDimpleRight"): _MILD,
    ("mouthFrownLeft", "mouthFrownRight"): _STRONG,
    ("mouthFunnel",): _STRONG,
    ("mouthLeft", "mouthRight"): _CLEAR,
    ("mouthLowerDownLeft", "mouthLowerDownRight"): _MILD,
    ("mouthPressLeft", "mouthPressRight"): _FAINT,
    ("mouthPucker",): _STRONG,
    ("mouthRollLower",): _FAINT,
    ("mouthRollUpper",): _FAINT,
    ("mouthShrugLower",): _FAINT,
    ("mouthShrugUpper",): _FAINT,
    ("mouthSmileLeft", "mouthSmileRight"): _STRONG,
    ("mouthStretchLeft", "mouthStretchRight"): _CLEAR,
    ("mouthUpperUpLeft", "mouthUpperUpRight"): _MILD,
    ("noseSneerLeft", "noseSneerRight"): _STRONG,
}
"""A movement of both sides counts once, by its stronger side. Names as the network has them."""


def expression(blendshapes: Mapping[str, float]) -> Component | None:
    """Of coefficients from 0 to 1 by name; raw is 0 at rest, upwards.

    None where one that counts is missing or no number.
    """
    moved = 0.0
    for names, weight in WEIGHTS.items():
        values = [blendshapes.get(name, math.nan) for name in names]
        if not all(math.isfinite(value) for value in values):
            return None
        moved += (weight * max(0.0, *values)) ** 2
    raw = math.sqrt(moved)
    at_rest = logistic(0.0, _CENTRE, _WIDTH)
    return Component(raw=raw, scalar=round(100.0 * (1.0 - logistic(raw, _CENTRE, _WIDTH)) / (1.0 - at_rest)))
