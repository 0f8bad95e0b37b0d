"""Whatever is given for an image of fingers: a result, or the one error that says that it is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from appliance.errors import QualityError
from appliance.fingerprint.foreground import foreground
from appliance.fingerprint.slap import LEFT_FOUR, RIGHT_FOUR, TWO_INDEXES, TWO_THUMBS, segments
from tests.unit.fingerprint.drawn_slaps import draw
from tests.unit.fingerprint.hands import four_fingers

KINDS = st.sampled_from([np.uint8, np.uint16, np.int8, np.int64, np.float32, np.float64, np.bool_])
SHAPES = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=40)
ASKED = st.sampled_from([RIGHT_FOUR, LEFT_FOUR, TWO_THUMBS, TWO_INDEXES, (1,), (2, 5), (3, 8), (1, 2, 3)])


@given(kind=KINDS, shape=SHAPES, data=st.data(), asked=ASKED)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_only_grey_images_of_8_bits_are_taken(
    kind: type[np.generic], shape: tuple[int, ...], data: st.DataObject, asked: tuple[int, ...]
) -> None:
    image = data.draw(arrays.arrays(kind, shape))
    if image.dtype == np.uint8 and image.ndim == 2:
        assert segments(image, 500, asked).found >= 0
        foreground(image)
    else:
        with pytest.raises(QualityError):
            segments(image, 500, asked)
        with pytest.raises(QualityError):
            foreground(image)


@given(
    height=st.integers(1, 900),
    width=st.integers(1, 900),
    blobs=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(1, 250), st.integers(1, 250)), max_size=9),
    seed=st.integers(0, 2**32 - 1),
    asked=ASKED,
    ppi=st.sampled_from([200, 333.3, 500, 1000, 1250]),
)
@settings(deadline=None)
def test_blobs_of_noise_never_break_anything(
    height: int, width: int, blobs: list[tuple[float, float, int, int]], seed: int, asked: tuple[int, ...], ppi: float
) -> None:
    rng = np.random.default_rng(seed)
    image = np.full((height, width), 255, np.uint8)
    for x, y, wide, high in blobs:
        here = image[int(y * height) :, int(x * width) :][:high, :wide]
        here[:] = rng.integers(0, 256, here.shape)
    result = segments(image, ppi, asked)
    assert len(result.fingers) <= len(asked)
    assert result.found >= len(result.fingers)
    assert 0.5 <= result.side_confidence <= 1
    positions = [finger.position for finger in result.fingers]
    assert len(set(positions)) == len(positions)
    for finger in result.fingers:
        assert np.isfinite([*finger.centre, finger.angle_deg, finger.width_px, finger.height_px]).all()
        assert min(finger.width_px, finger.height_px) > 0
        assert finger.crop(image).size
        left, right, top, bottom = finger.upright_box(image.shape)
        assert 0 <= left <= right < width
        assert 0 <= top <= bottom < height
    where = foreground(image, ppi)
    if where is not None:
        assert where.mask.any()
        assert 0 <= where.box[0] < where.box[2] <= width
        assert 0 <= where.box[1] < where.box[3] <= height


@pytest.mark.parametrize("asked", [(), (0,), (11,), (2, 2), (-3, 4)])
def test_positions_that_are_none_are_refused(asked: tuple[int, ...]) -> None:
    with pytest.raises(QualityError):
        segments(np.zeros((300, 300), np.uint8), 500, asked)


@pytest.mark.parametrize("ppi", [0.0, -500.0, 72.0, 4000.0, float("nan"), float("inf")])
def test_resolutions_that_show_no_ridges_are_refused(ppi: float) -> None:
    with pytest.raises(QualityError):
        segments(np.zeros((300, 300), np.uint8), ppi, RIGHT_FOUR)
    with pytest.raises(QualityError):
        foreground(np.zeros((300, 300), np.uint8), ppi)


def test_an_image_larger_than_any_glass_is_refused_before_it_is_looked_at() -> None:
    for shape in ((10_000, 5_000), (900, 33_000)):
        with pytest.raises(QualityError):
            segments(np.broadcast_to(np.uint8(255), shape), 500, RIGHT_FOUR)


def test_a_view_is_as_good_as_a_copy() -> None:
    rng = np.random.default_rng(1)
    slap = draw(rng, four_fingers(rng))
    framed: NDArray[np.uint8] = np.zeros((3100, 1700, 3), np.uint8)
    view = framed[50:3050:2, 20:1620, 1]
    view[:] = slap.pixels
    view.flags.writeable = False
    assert segments(view, 500, RIGHT_FOUR) == segments(slap.pixels, 500, RIGHT_FOUR)
