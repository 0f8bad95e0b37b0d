"""What the four fingers of a hand look like together: where tips end and how wide they are, and how much hands differ.

How far tips lie below one another is about what Chatzioglou, Pinar and Govsa measured on extended, adducted hands
(Anat Cell Biol 57, 2024: 11 mm from index to middle, 11 from middle to ring, 26 from ring to little finger). The other
means are set by hand. All deviations are wider than of measured hands, for what a placement adds: pressure, fingertips
not laid down whole, a hand bent sideways. What is common to all fingers of a hand (its size, its place, the error of
the angle at which it was taken) is correlated, so that it speaks for neither hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

INDEX, MIDDLE, RING, LITTLE = range(4)

_HEIGHT_MM: Final = np.array([-12.0, 0.0, -9.0, -33.0])
"""Of the tips over the middle finger's, along the hand."""
_HEIGHT_DEVIATION_MM: Final = np.array([4.0, 3.0, 3.5, 5.0])
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


_CUT_LOG_WIDTH_DEVIATION: Final = 0.15
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Tips:
    """n sets of k fingertips, each from left to right: (n, k) each. `across_mm`, to the right, and `along_mm`,
    upwards, in the hand's own direction; `is_cut`: by the image's border."""

    across_mm: Floats
    along_mm: Floats
    width_mm: Floats
    is_cut: NDArray[np.bool_]

    def mirrored(self) -> Tips:
        """As the other hand's would lie: a left hand's tips become a right hand's."""
        return Tips(-self.across_mm[:, ::-1], self.along_mm[:, ::-1], self.width_mm[:, ::-1], self.is_cut[:, ::-1])


def log_likelihood(tips: Tips, fingers: NDArray[np.intp]) -> Floats:
    """(n,): of each set being these fingers of a right hand, (n, k) numbers; natural logarithms of densities."""
    own = _HEIGHT_DEVIATION_MM[fingers] ** 2 + tips.is_cut * _CUT_DEVIATION_MM**2
    away = tips.across_mm - tips.across_mm.mean(axis=1, keepdims=True)
    expected = _HEIGHT_MM[fingers]
    covariance = _diagonal(own) + _ANYWHERE
    covariance += _outer(away) * _ANGLE_DEVIATION_RAD**2 + _outer(expected) * _SIZE_DEVIATION**2
    of_heights = _normal(tips.along_mm - expected, covariance)
    own = np.asarray(_LOG_WIDTH_DEVIATION**2 + tips.is_cut * _CUT_LOG_WIDTH_DEVIATION**2, np.float64)
    widths = np.log(np.maximum(tips.width_mm, 1.0))
    of_widths = _normal(widths - _LOG_WIDTH[fingers], _diagonal(own) + _SIZE_DEVIATION**2)
    steps = np.diff(fingers, axis=1).astype(np.float64)
    apart = np.diff(tips.across_mm, axis=1) - steps * _PITCH_MM
    covariance = _diagonal(steps * _PITCH_DEVIATION_MM**2) + _outer(steps) * (_SIZE_DEVIATION * _PITCH_MM) ** 2
    return of_heights + of_widths + _normal(apart, covariance)


def _diagonal(variances: Floats) -> Floats:
    return np.asarray(variances[:, :, None] * np.eye(variances.shape[1]), np.float64)


def _outer(values: Floats) -> Floats:
    return np.asarray(values[:, :, None] * values[:, None, :], np.float64)


def _normal(away: Floats, covariance: Floats) -> Floats:
    if not away.shape[1]:
        return np.zeros(len(away))
    root = np.linalg.cholesky(covariance)
    scaled = np.linalg.solve(root, away[:, :, None])[:, :, 0]
    spread = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    return np.asarray(-0.5 * (scaled**2).sum(axis=1) - spread - 0.5 * away.shape[1] * np.log(2 * np.pi), np.float64)
