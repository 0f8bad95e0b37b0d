"""What to tell whoever holds the hand: codes for what stands in the way, and for what would make it better.

The limits were set on FVC2002 DB1 B and DB3 B, FVC2004 DB3 B and NIST's SFinGe examples (244 impressions by optical,
capacitive and thermal readers) and on the same made worse: blurred, smeared, pressed out, wet, dry, noisy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from appliance.quality.nfiq2.score import LEAST_WIDTH_PX

_BLURRED: Final = 0.45
_FAINT: Final = 26.0
_ENOUGH_MM2: Final = 110.0
_ENOUGH_OF_GLASS: Final = 0.6
"""On a glass too small for `_ENOUGH_MM2`, so much of it."""
_FREE_MM: Final = 4.0
"""So much bare glass on one side, and none on the other, is a finger beside the middle."""


def guidance_reasons(measures: Mapping[str, float]) -> tuple[str, ...]:
    """What no score makes up for, the most useful to mend first: a finger that lies aside is to be moved, and a picture
    that is blurred shows neither ridges nor contrast."""
    too_small = measures["foreground_area_mm2"] < 35.0 or _is_narrow(measures)
    blurred = measures["bend"] < _BLURRED
    found = (
        *((code, too_small and aside) for code, aside in _aside(measures)),
        ("finger-too-small", too_small),
        ("blurred", blurred),
        ("no-ridges", measures["ridged_area_mm2"] < 8.0 and not blurred),
        ("no-finger-pattern", measures["direction_uniformity"] > 0.97),
        ("too-dark", measures["mean_level"] < 35.0),
        ("too-bright", measures["mean_level"] > 243.0),
        ("saturated", measures["black_share"] + measures["white_share"] > 0.97),
        ("too-little-contrast", measures["contrast"] < _FAINT and not blurred),
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
        ("too-light", _FAINT <= contrast < 45.0 and fine >= _BLURRED and not dry),
        ("blurred", fine < 0.58),
        ("smudged", measures["bend_evenness"] < 0.5 and fine >= _BLURRED),
        ("grainy", fine > 4.8),
    )
    return tuple(code for code, present in found if present)


def _is_narrow(measures: Mapping[str, float]) -> bool:
    """Too narrow a print on a glass that is wide enough: NFIQ 2 gives it no score."""
    return measures["print_edge_px"] < LEAST_WIDTH_PX <= measures["image_edge_px"]


def _aside(measures: Mapping[str, float]) -> tuple[tuple[str, bool], ...]:
    above, below = measures["free_above_mm"], measures["free_below_mm"]
    left, right = measures["free_left_mm"], measures["free_right_mm"]
    return (
        ("too-far-up", above < 1.0 and below > _FREE_MM),
        ("too-far-down", below < 1.0 and above > _FREE_MM),
        ("too-far-left", left < 1.0 and right > _FREE_MM),
        ("too-far-right", right < 1.0 and left > _FREE_MM),
    )
