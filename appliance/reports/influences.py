"""What made a fingerprint's score: one telling number for each group of measures, beside what is typical of it.

Which side is the better one was read off the reference's own scores: the rank correlation of each with NFIQ 2 over the
impressions of `typical`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from appliance.quality.nfiq2 import names
from appliance.reports.typical import TYPICAL, WITHOUT_RIDGE_FREQUENCY, Typical

_BINS: Final = 10
_LAST_FDA_BIN: Final = "FDA_Bin10_9"


class Better(StrEnum):
    """On which side an impression is the better one."""

    HIGH = "high"
    LOW = "low"
    MIDDLE = "middle"


class Standing(StrEnum):
    """How one impression compares with the typical ones."""

    POOR = "poor"
    TYPICAL = "typical"
    GOOD = "good"
    DARK = "dark"
    PALE = "pale"

    @property
    def is_in_the_way(self) -> bool:
        return self in (Standing.POOR, Standing.DARK, Standing.PALE)


@dataclass(frozen=True)
class Influence:
    """`code` names its words: `report.influence.CODE…`."""

    code: str
    value: float
    typical: Typical
    better: Better
    standing: Standing

    def at(self, value: float) -> float:
        """Where a value lies between the typical extremes, 0 to 1, the better side to the right."""
        span = self.typical.highest - self.typical.lowest
        place = min(1.0, max(0.0, (value - self.typical.lowest) / span))
        return 1.0 - place if self.better is Better.LOW else place


def influences(measures: Mapping[str, float]) -> tuple[Influence, ...]:
    """Of all measures by name; those that stand in the way first, then in the order in which a hand can mend them."""
    found = [_influence(code, value(measures), typical, better) for code, value, typical, better in _KINDS]
    return tuple(sorted(found, key=lambda one: not one.standing.is_in_the_way))


def without_ridge_frequency(measures: Mapping[str, float]) -> float:
    """The share of regions whose strongest wave is no ridge's."""
    total = sum(measures[f"FDA_Bin10_{number}"] for number in range(_BINS))
    return measures[_LAST_FDA_BIN] / total if total else 1.0


def _of(name: str) -> Callable[[Mapping[str, float]], float]:
    return lambda measures: measures[name]


_NAMED: Final = (
    ("area", names.FOREGROUND, Better.HIGH),
    ("grey", names.ROI_GREY, Better.MIDDLE),
    ("contrast", names.UNIFORM, Better.HIGH),
    ("lcs", "LCS_Bin10_Mean", Better.HIGH),
    ("ocl", "OCL_Bin10_Mean", Better.HIGH),
    ("coherence", names.COHERENCE_MEAN, Better.HIGH),
    ("rvu", "RVUP_Bin10_StdDev", Better.LOW),
    ("of", "OF_Bin10_Mean", Better.LOW),
    ("minutiae", names.MINUTIAE_CERTAIN, Better.HIGH),
)
_KINDS: Final = (
    *((code, _of(name), TYPICAL[name], better) for code, name, better in _NAMED),
    ("fda", without_ridge_frequency, WITHOUT_RIDGE_FREQUENCY, Better.LOW),
)


def _influence(code: str, value: float, typical: Typical, better: Better) -> Influence:
    return Influence(code, value, typical, better, _standing(value, typical, better))


def _standing(value: float, typical: Typical, better: Better) -> Standing:
    match better:
        case Better.MIDDLE if value < typical.lowest:
            return Standing.DARK
        case Better.MIDDLE if value > typical.highest:
            return Standing.PALE
        case Better.HIGH if value <= typical.lower:
            return Standing.POOR
        case Better.LOW if value >= typical.upper:
            return Standing.POOR
        case Better.HIGH if value > typical.upper:
            return Standing.GOOD
        case Better.LOW if value < typical.lower:
            return Standing.GOOD
    return Standing.TYPICAL
