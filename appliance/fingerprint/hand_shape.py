"""What the four fingers of a hand look like together: where tips end and how wide they are, and how much hands differ.

Means and deviations are of adults' hands (Pheasant, Bodyspace, 1996; Greiner, US Army hand anthropometry,
NATICK/TR-92/011), widened for what a placement adds: pressure, fingertips not laid down whole, a hand bent sideways. What
is common to all fingers of a hand (its size, its place, the error of the angle at which it was taken) is correlated, so
that it speaks for neither hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

INDEX, MIDDLE, RING, LITTLE = range(4)

_HEIGHT_MM: Final = np.array([-12.0, 0.0, -8.0, -31.0])
"""Of the tips over the middle finger's, along the hand."""
_HEIGHT_DEVIATION_MM: Final = np.array([4.0, 3.0, 3.5, 4.5])
_LOG_WIDTH: Final = np.log([14.6, 14.8, 13.9, 12.1])
_LOG_WIDTH_DEVIATION: Final = 0.11
_PITCH_MM: Final = 18.0
_PITCH_DEVIATION_MM: Final = 4.0
"""Of each distance between neighbouring fingers' tips."""
_SIZE_DEVIATION: Final = 0.13
"""Of hands, as a part of the mean one's; so also of the widths with which they press."""
_ANGLE_DEVIATION_RAD: Final = np.radians(5.0)
_CUT_DEVIATION_MM: Final = 9.0
"""Of a tip that lies beyond the image's border."""
_ANYWHERE: Final = 1.0e4


@dataclass(frozen=True)
class Tip:
    """`across_mm`, from left to right, and `along_mm`, upwards, in the hand's own direction. `is_cut`: by the border."""

    across_mm: float
    along_mm: float
    width_mm: float
    is_cut: bool = False


def log_likelihood(tips: Sequence[Tip], fingers: Sequence[int]) -> float:
    """Of tips from left to right being these fingers of a right hand, by number; natural logarithm of a density."""
    chosen = np.asarray(fingers)
    across = np.array([tip.across_mm for tip in tips])
    along = np.array([tip.along_mm for tip in tips])
    cut = np.array([tip.is_cut for tip in tips])
    away = across - across.mean()
    own = _HEIGHT_DEVIATION_MM[chosen] ** 2 + np.where(cut, _CUT_DEVIATION_MM**2, 0.0)
    expected = _HEIGHT_MM[chosen]
    covariance = np.diag(own) + _ANYWHERE
    covariance += np.outer(away, away) * _ANGLE_DEVIATION_RAD**2 + np.outer(expected, expected) * _SIZE_DEVIATION**2
    total = _normal(along - expected, covariance)
    widths = np.log([max(tip.width_mm, 1.0) for tip in tips])
    of_widths = np.diag(_LOG_WIDTH_DEVIATION**2 + np.where(cut, 0.15**2, 0.0)) + _SIZE_DEVIATION**2
    total += _normal(widths - _LOG_WIDTH[chosen], of_widths)
    if len(tips) > 1:
        steps = np.diff(chosen).astype(np.float64)
        apart = np.diff(across) - steps * _PITCH_MM
        of_pitch = np.diag(steps * _PITCH_DEVIATION_MM**2) + np.outer(steps, steps) * (_SIZE_DEVIATION * _PITCH_MM) ** 2
        total += _normal(apart, of_pitch)
    return total


def mirrored(tips: Sequence[Tip]) -> list[Tip]:
    """As the other hand's would lie: a left hand's tips become a right hand's."""
    return [Tip(-tip.across_mm, tip.along_mm, tip.width_mm, tip.is_cut) for tip in reversed(tips)]


def _normal(away: NDArray[np.float64], covariance: NDArray[np.float64]) -> float:
    root = np.linalg.cholesky(covariance)
    scaled = np.linalg.solve(root, away)
    return float(-0.5 * scaled @ scaled - np.log(np.diag(root)).sum() - 0.5 * len(away) * np.log(2 * np.pi))
