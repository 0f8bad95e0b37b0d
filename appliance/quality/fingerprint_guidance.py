"""What to tell whoever holds the hand: codes for what stands in the way, and for what would make it better.

The limits were set on FVC2002 DB1 B and DB3 B, FVC2004 DB3 B and NIST's SFinGe examples (244 impressions by optical,
capacitive and thermal readers) and on the same made worse: blurred, smeared, pressed out, wet, dry, noisy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_ENOUGH_MM2: Final = 110.0
_ENOUGH_OF_GLASS: Final = 0.6
"""On a glass too small for `_ENOUGH_MM2`, so much of it."""
_FREE_MM: Final = 4.0
"""So much bare glass on one side, and none on the other, is a finger beside the middle."""


def guidance_reasons(measures: Mapping[str, float]) -> tuple[str, ...]:
    """What no score makes up for, the most useful to mend first."""
    found = (
        ("no-ridges", measures["ridged_area_mm2"] < 8.0),
        ("no-finger-pattern", measures["direction_uniformity"] > 0.97),
        ("finger-too-small", measures["foreground_area_mm2"] < 35.0),
        ("too-dark", measures["mean_level"] < 35.0),
        ("too-bright", measures["mean_level"] > 243.0),
        ("saturated", measures["black_share"] + measures["white_share"] > 0.97),
        ("too-little-contrast", measures["contrast"] < 22.0),
        ("blurred", measures["bend"] < 0.45),
    )
    return tuple(code for code, present in found if present)


def guidance_advice(measures: Mapping[str, float]) -> tuple[str, ...]:
    """What would probably make the next picture better, the most useful first."""
    enough_mm2 = min(_ENOUGH_MM2, _ENOUGH_OF_GLASS * measures["glass_area_mm2"])
    small = measures["ridged_area_mm2"] < enough_mm2
    fine, dark_share, contrast = measures["bend"], measures["ridge_share"], measures["contrast"]
    dry = fine > 1.6 and dark_share < 0.35
    found = (
        *((code, small and aside) for code, aside in _aside(measures)),
        ("finger-too-small", measures["foreground_area_mm2"] < enough_mm2),
        ("too-dry", dry),
        ("too-wet", dark_share > 0.70 and measures["certainty"] < 0.9),
        ("too-light", contrast < 45.0 and not dry),
        ("blurred", fine < 0.58),
        ("smudged", measures["bend_evenness"] < 0.5 and measures["bend"] >= 0.45),
        ("grainy", fine > 4.8),
    )
    return tuple(code for code, present in found if present)


def _aside(measures: Mapping[str, float]) -> tuple[tuple[str, bool], ...]:
    above, below = measures["free_above_mm"], measures["free_below_mm"]
    left, right = measures["free_left_mm"], measures["free_right_mm"]
    return (
        ("too-far-up", above < 1.0 and below > _FREE_MM),
        ("too-far-down", below < 1.0 and above > _FREE_MM),
        ("too-far-left", left < 1.0 and right > _FREE_MM),
        ("too-far-right", right < 1.0 and left > _FREE_MM),
    )
