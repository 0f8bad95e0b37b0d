"""A signature's image shows where the pen was, how hard it was pressed, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.documents.signature_image import signature_image
from appliance.model.signature import SignatureRecord

PAD = (900.0, 300.0)
_COORDINATES = st.floats(-10_000, 10_000)
_STROKES = st.lists(
    st.lists(st.tuples(_COORDINATES, _COORDINATES, st.floats(0, 1), st.just(0.0)), min_size=1, max_size=5),
    min_size=1,
    max_size=4,
)


def record(*strokes: list[tuple[float, float, float]], size: tuple[float, float] = PAD) -> SignatureRecord:
    return SignatureRecord(size=size, strokes=tuple(tuple((*point, 0.0) for point in stroke) for stroke in strokes))


def test_the_line_lies_where_it_was_drawn_and_nowhere_else() -> None:
    image = signature_image(record([(100, 150, 0.5), (800, 150, 0.5)]))
    assert image.shape == (300, 900)
    assert image.dtype == np.uint8
    assert (image[150, 105:795] == 0).all()
    rows, columns = np.nonzero(image < 255)
    assert rows.min() >= 144
    assert rows.max() <= 156
    assert columns.min() >= 94
    assert columns.max() <= 806


def test_pressing_harder_makes_a_wider_line() -> None:
    soft, hard = (signature_image(record([(100, 150, p), (800, 150, p)])) for p in (0.0, 1.0))
    assert (hard < 128).sum() > 1.5 * (soft < 128).sum()


def test_a_dot_is_seen() -> None:
    assert signature_image(record([(450, 150, 0.5)]))[150, 450] == 0


def test_strokes_are_not_joined() -> None:
    image = signature_image(record([(100, 150, 0.5), (200, 150, 0.5)], [(600, 150, 0.5), (700, 150, 0.5)]))
    assert (image[:, 300:500] == 255).all()


@pytest.mark.parametrize("width_px", [300, 900, 1800])
def test_the_image_has_the_pads_shape_at_any_width(width_px: int) -> None:
    image = signature_image(record([(450, 150, 1.0), (450, 150, 1.0)]), width_px)
    assert image.shape == (width_px // 3, width_px)
    assert image[width_px // 6, width_px // 2] == 0


def test_what_lies_beside_the_pad_is_not_seen() -> None:
    assert (signature_image(record([(-50, -50, 0.5), (-90, 400, 0.5)])) == 255).all()


@given(_STROKES, st.tuples(st.floats(0.01, 10_000), st.floats(0.01, 10_000)))
def test_any_record_makes_the_same_image_again(
    strokes: list[list[tuple[float, float, float, float]]], size: tuple[float, float]
) -> None:
    signed = SignatureRecord(size=size, strokes=tuple(map(tuple, strokes)))
    image = signature_image(signed, 60)
    assert image.shape[1] == 60
    assert np.array_equal(image, signature_image(signed, 60))
