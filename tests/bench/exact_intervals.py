"""Exact intervals of a share (Clopper and Pearson 1934), by the regularised incomplete beta function.

That function as a continued fraction (Lentz's way): Abramowitz and Stegun 26.5.8; its inverse by halving.
"""

from __future__ import annotations

import math

_TINY, _CLOSE, _MOST_TERMS = 1e-300, 1e-15, 10_000


def interval(found: int, of: int, confidence: float = 0.95) -> tuple[float, float]:
    """Where the share lies of which `found` were seen among `of`: 0 to 1 where nothing was looked at."""
    if not 0 <= found <= of or not 0.0 < confidence < 1.0:
        raise ValueError(f"{found} of {of} at {confidence} is no share")
    tail = (1.0 - confidence) / 2.0
    low = 0.0 if found == 0 else _inverse(tail, found, of - found + 1)
    high = 1.0 if found == of else _inverse(1.0 - tail, found + 1, of - found)
    return low, high


def incomplete_beta(x: float, a: float, b: float) -> float:
    """I_x(a, b): 0 at x = 0, 1 at x = 1; a and b greater than 0."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        # The fraction converges on the other side.
        return 1.0 - incomplete_beta(1.0 - x, b, a)
    front = a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(front) * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    above, below = 1.0, _away_from_nothing(1.0 - (a + b) * x / (a + 1.0))
    value = below = 1.0 / below
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            below = 1.0 / _away_from_nothing(1.0 + term * below)
            above = _away_from_nothing(1.0 + term / above)
            change = above * below
            value *= change
        if abs(change - 1.0) < _CLOSE:
            break
    return value


def _away_from_nothing(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _inverse(share: float, a: float, b: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(100):
        middle = (low + high) / 2.0
        low, high = (middle, high) if incomplete_beta(middle, a, b) < share else (low, middle)
    return (low + high) / 2.0
