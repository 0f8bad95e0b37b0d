"""A preview has the proportions of what it shows, is no wider than asked for, and shows no pattern of its own."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contracts import PrivatePool
from drivers.previews import preview_size, reduced

edges = st.integers(1, 4000)


@given(edges, edges, edges)
def test_a_preview_is_at_most_as_wide_as_asked_for_and_never_enlarged(height: int, width: int, asked: int) -> None:
    made_height, made_width = preview_size(height, width, asked)
    assert made_width == min(width, asked)
    assert 1 <= made_height <= height
    assert abs(made_height - height * made_width / width) <= 1


@pytest.mark.parametrize(("height", "width"), [(720, 1280), (1080, 1920), (1081, 1917), (480, 640)])
@pytest.mark.parametrize("preview_width", [640, 500, 99])
def test_it_looks_as_averaging_over_areas_makes_it(height: int, width: int, preview_width: int) -> None:
    coarse = np.random.default_rng(4).integers(0, 255, (9, 12, 3), np.uint8)
    picture = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    small, reduced_by = reduced(picture, preview_width, PrivatePool())
    size = (small.shape[1], small.shape[0])
    area = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    assert reduced_by == pytest.approx(width / small.shape[1])
    assert float(np.abs(small.astype(int) - area.astype(int)).mean()) < 2.0


@pytest.mark.parametrize("preview_width", [640, 500, 300])
def test_the_finest_pattern_becomes_grey_and_not_a_coarser_pattern(preview_width: int) -> None:
    picture = np.zeros((1080, 1920, 3), np.uint8)
    picture[:, ::2] = 200
    small, _ = reduced(picture, preview_width, PrivatePool())
    assert float(small.std()) < 3.0
    assert float(small.mean()) == pytest.approx(100.0, abs=3.0)
