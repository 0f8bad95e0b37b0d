"""Exact intervals: closed forms, the binomial's own tails, and published values."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bench.exact_intervals import incomplete_beta, interval


def _at_least(found: int, of: int, share: float) -> float:
    """The binomial's upper tail, term by term."""
    return sum(math.comb(of, k) * share**k * (1.0 - share) ** (of - k) for k in range(found, of + 1))


@pytest.mark.parametrize("of", [1, 20, 60, 150, 3000])
def test_where_none_was_found_the_upper_end_has_a_closed_form(of: int) -> None:
    assert interval(0, of) == pytest.approx((0.0, 1.0 - 0.025 ** (1.0 / of)), abs=1e-12)
    assert interval(of, of) == pytest.approx((0.025 ** (1.0 / of), 1.0), abs=1e-12)


@pytest.mark.parametrize(
    ("found", "of", "low", "high"),
    # Published tables of exact 95 % limits, to four places.
    [(5, 10, 0.1871, 0.8129), (1, 20, 0.0013, 0.2487), (2, 20, 0.0123, 0.3170), (10, 100, 0.0490, 0.1762)],
)
def test_published_limits(found: int, of: int, low: float, high: float) -> None:
    assert interval(found, of) == pytest.approx((low, high), abs=6e-5)


@settings(max_examples=100)
@given(st.integers(1, 80), st.data())
def test_at_its_ends_the_binomials_tails_hold_what_they_should(of: int, data: st.DataObject) -> None:
    found = data.draw(st.integers(0, of))
    low, high = interval(found, of)
    assert 0.0 <= low <= found / of <= high <= 1.0
    if found:
        assert _at_least(found, of, low) == pytest.approx(0.025, rel=1e-6)
    if found < of:
        assert 1.0 - _at_least(found + 1, of, high) == pytest.approx(0.025, rel=1e-6)


@settings(max_examples=100)
@given(st.floats(0.001, 0.999), st.floats(0.5, 400.0), st.floats(0.5, 400.0))
def test_the_beta_function_is_its_own_mirror_image(x: float, a: float, b: float) -> None:
    assert incomplete_beta(x, a, b) == pytest.approx(1.0 - incomplete_beta(1.0 - x, b, a), abs=1e-10)
    assert incomplete_beta(x, 1.0, b) == pytest.approx(1.0 - (1.0 - x) ** b, abs=1e-10)


@pytest.mark.parametrize(("found", "of", "confidence"), [(-1, 5, 0.95), (6, 5, 0.95), (1, 5, 1.0)])
def test_what_is_no_share_is_refused(found: int, of: int, confidence: float) -> None:
    with pytest.raises(ValueError, match="no share"):
        interval(found, of, confidence)


def test_of_nothing_nothing_is_known() -> None:
    assert interval(0, 0) == (0.0, 1.0)
