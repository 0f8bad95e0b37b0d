"""A portrait's file: lossless and sRGB, or coded with loss once and within its bytes."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from appliance.errors import QualityError
from appliance.face.jpeg_2000 import jpeg_2000
from appliance.face.portrait_file import (
    CHIP_IMAGE,
    JPEG_2000_MOST_RATIO,
    JPEG_MOST_RATIO,
    JPEG_RATIO,
    FileLimits,
    PortraitSource,
    by_ratio,
    portrait_jpeg,
    portrait_jpeg_2000,
    portrait_png,
)
from drivers.contracts import Pixels
from drivers.simulated.drawn.face import draw_face


def _source(pixels: Pixels, *, was_lossy: bool = False) -> PortraitSource:
    return PortraitSource(pixels=pixels, was_lossy=was_lossy)


@pytest.fixture(scope="module")
def drawn() -> Pixels:
    """Of the chip image's size, with grain as a camera has it."""
    grain = np.random.default_rng(1).normal(0, 6, (800, 622, 3))
    return np.asarray(np.clip(draw_face(4, 800, 622) + grain, 0, 255), np.uint8)


def _read(data: bytes) -> Pixels:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def _chunks(data: bytes) -> list[bytes]:
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    kinds, at = [], 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kinds.append(data[at + 4 : at + 8])
        body = data[at + 4 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length)[0] == zlib.crc32(body)
        at += 12 + length
    return kinds


@settings(max_examples=40, deadline=None)
@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20), st.just(3))))
def test_a_png_gives_back_every_pixel_and_says_once_that_it_is_srgb(pixels: Pixels) -> None:
    data = portrait_png(pixels)
    kinds = _chunks(data)
    assert np.array_equal(_read(data), pixels)
    assert kinds[0] == b"IHDR"
    assert kinds[-1] == b"IEND"
    assert kinds.count(b"sRGB") == 1
    assert kinds.index(b"sRGB") < kinds.index(b"IDAT")


def test_a_jpeg_has_the_best_quality_that_keeps_within_the_recommended_ratio(drawn: Pixels) -> None:
    limits = by_ratio(drawn, most_ratio=JPEG_MOST_RATIO, ratio=JPEG_RATIO)
    found = portrait_jpeg(_source(drawn), limits)
    assert JPEG_RATIO <= found.ratio <= JPEG_MOST_RATIO
    assert found.missing_bytes == 0
    assert found.ratio == pytest.approx(drawn.nbytes / len(found.data))
    assert _read(found.data).shape == drawn.shape
    less = FileLimits(least_bytes=0, most_bytes=len(found.data) - 1)
    assert portrait_jpeg(_source(drawn), less).setting == found.setting - 1


def test_a_jpeg_keeps_colour_at_full_resolution() -> None:
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = (0, 0, 255)
    stripes[:, 1::2] = (255, 0, 0)
    found = portrait_jpeg(_source(stripes), FileLimits(least_bytes=0, most_bytes=stripes.nbytes))
    assert np.abs(_read(found.data).astype(int) - stripes).mean() < 12


@pytest.mark.parametrize("ratio", [10.0, 20.0])
def test_a_jpeg_2000_keeps_within_its_bytes(drawn: Pixels, ratio: float) -> None:
    limits = by_ratio(drawn, most_ratio=1.05 * ratio, ratio=ratio)
    found = portrait_jpeg_2000(_source(drawn), limits)
    assert ratio <= found.ratio <= 1.05 * ratio
    assert found.missing_bytes == 0
    assert JPEG_2000_MOST_RATIO == 20
    assert found.data[4:8] == b"jP  "
    assert np.abs(_read(found.data).astype(int) - drawn).mean() < 8


def test_a_jpeg_2000_says_that_it_is_srgb(drawn: Pixels) -> None:
    data = portrait_jpeg_2000(_source(drawn), CHIP_IMAGE).data
    at = data.index(b"colr") + 4
    method, _, _, space = struct.unpack_from(">BBBI", data, at)
    assert (method, space) == (1, 16)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    st.integers(0, 10_000),
    st.floats(1.0, 25.0),
    st.floats(0.0, 3.0),
    st.floats(0.3, 1.2),
    st.sampled_from([1, 2, 8, 24]),
)
def test_a_chip_image_uses_its_bytes_and_never_one_more(
    seed: int, grain: float, blur_px: float, contrast: float, patches: int
) -> None:
    """Out of focus, flat, before something busy; with some grain, as every camera has: else it needs fewer bytes."""
    chaos = np.random.default_rng(seed)
    face = cv2.GaussianBlur(draw_face(seed, 800, 622), (0, 0), blur_px) if blur_px > 0.2 else draw_face(seed, 800, 622)
    coarse = chaos.normal(0, 25, (patches, patches, 3)).astype(np.float32)
    busy = cv2.resize(coarse, (622, 800), interpolation=cv2.INTER_NEAREST)
    lit = 128 + contrast * (face + busy - 128.0) + chaos.normal(0, grain, (800, 622, 3))
    found = portrait_jpeg_2000(_source(np.asarray(np.clip(lit, 0, 255), np.uint8)), CHIP_IMAGE)
    assert (CHIP_IMAGE.least_bytes, CHIP_IMAGE.most_bytes) == (16538, 17408)
    assert 0.95 * 17408 <= len(found.data) <= 17408
    assert found.missing_bytes == 0


def test_a_chip_image_too_plain_for_its_bytes_says_how_many_it_could_have_used() -> None:
    fog = np.full((800, 622, 3), 128, np.uint8)
    fog[200:600, 200:400] = 130
    found = portrait_jpeg_2000(_source(fog), CHIP_IMAGE)
    assert found.missing_bytes == 16538 - len(found.data) > 0


@settings(max_examples=30, deadline=None, derandomize=True)
@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3))), st.integers(250, 5000))
def test_a_jpeg_2000_of_any_size_keeps_within_its_bytes_or_is_a_named_error(pixels: Pixels, most_bytes: int) -> None:
    limits = FileLimits(least_bytes=0, most_bytes=most_bytes)
    plain = len(jpeg_2000(pixels, asked_bytes=1))
    if plain > most_bytes:
        with pytest.raises(QualityError, match="make it smaller"):
            portrait_jpeg_2000(_source(pixels), limits)
        return
    found = portrait_jpeg_2000(_source(pixels), limits)
    assert plain <= len(found.data) <= most_bytes
    assert _read(found.data).shape == pixels.shape


@pytest.mark.parametrize("coder", [portrait_jpeg, portrait_jpeg_2000])
class TestEither:
    def test_what_was_coded_with_loss_is_not_coded_so_again(self, drawn: Pixels, coder: type) -> None:
        with pytest.raises(QualityError) as caught:
            coder(_source(drawn, was_lossy=True), CHIP_IMAGE)
        assert caught.value.code == "lossy-twice"

    def test_too_few_bytes_are_a_named_error(self, drawn: Pixels, coder: type) -> None:
        with pytest.raises(QualityError) as caught:
            coder(_source(drawn), FileLimits(least_bytes=0, most_bytes=90))
        assert caught.value.code == "portrait-too-many-bytes"

    def test_a_plain_picture_says_that_it_does_not_need_its_bytes(self, coder: type) -> None:
        plain = np.full((800, 622, 3), 120, np.uint8)
        found = coder(_source(plain), by_ratio(plain, most_ratio=15))
        assert found.missing_bytes == plain.nbytes // 15 - len(found.data) > 0

    @pytest.mark.parametrize("shape", [(10, 10), (0, 10, 3), (10, 10, 4)])
    def test_what_is_no_picture_in_colour_is_a_named_error(self, coder: type, shape: tuple[int, ...]) -> None:
        with pytest.raises(QualityError):
            coder(_source(np.zeros(shape, np.uint8)), CHIP_IMAGE)


@pytest.mark.parametrize("shape", [(10, 10), (0, 10, 3), (10, 10, 4)])
def test_no_png_is_made_of_what_is_no_picture_in_colour(shape: tuple[int, ...]) -> None:
    with pytest.raises(QualityError):
        portrait_png(np.zeros(shape, np.uint8))
