"""A score on NFIQ 2's scale from the measures that guide a hand: for previews, and where NIST's forest is missing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

# Fitted by least squares to NFIQ 2 v2.3 on FVC2002 DB1 B and DB3 B, FVC2004 DB3 B and NIST's SFinGe examples (244
# impressions): Spearman 0.88, mean absolute error 8.1, both on fingers left out of the fit. The constant was then
# raised by 1.2, so that more of them lie on the reference's side of 30.
_AT_NONE: Final = 33.5
_PER_CLEAR_MM: Final = 3.62
_PER_LOG_BEND: Final = -17.6
_AREA_ENOUGH_MM2: Final = 200.0
_SHARP_BEND: Final = 0.9
"""What is smoother than that is blurred, not better."""


def estimated_score(measures: Mapping[str, float]) -> int:
    """0 to 100. What blurs or pales the ridges takes its share of what their area and clarity give."""
    clear_mm = measures["clarity"] * math.sqrt(min(measures["ridged_area_mm2"], _AREA_ENOUGH_MM2))
    bend = measures["bend"]
    fitted = _AT_NONE + _PER_CLEAR_MM * clear_mm + _PER_LOG_BEND * math.log(max(bend, _SHARP_BEND))
    sharp = _between(bend, 0.25, 0.6)
    contrasted = _between(measures["contrast"], 10.0, 30.0)
    ridged = _between(measures["ridged_area_mm2"], 0.0, 10.0)
    return round(min(100.0, max(0.0, fitted)) * sharp * contrasted * ridged)


def _between(value: float, nothing: float, all_of_it: float) -> float:
    return min(1.0, max(0.0, (value - nothing) / (all_of_it - nothing)))
