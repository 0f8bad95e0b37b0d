"""Pictures from files: every ordinary kind comes out as 8-bit grey or colour, everything else is refused by name."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps
from numpy.typing import NDArray

from drivers.transport.picture_file import PictureRefused, Refusal, as_colour, as_grey, decode_picture, read_bytes
from drivers.transport.picture_header import is_film, picture_size

GREY = (np.indices((40, 60)).sum(axis=0) * 2).astype(np.uint8)
COLOUR = np.dstack([GREY, GREY[::-1], GREY[:, ::-1]])


def encoded(suffix: str, picture: NDArray[Any]) -> bytes:
    done, buffer = cv2.imencode(suffix, picture)
    assert done
    return buffer.tobytes()


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp", ".pgm", ".jpg"])
def test_grey_pictures_come_out_as_they_went_in(suffix: str) -> None:
    decoded = as_grey(decode_picture(encoded(suffix, GREY)))
    assert np.abs(decoded.astype(int) - GREY).max() <= (8 if suffix == ".jpg" else 0)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp", ".ppm"])
def test_colour_pictures_come_out_as_they_went_in(suffix: str) -> None:
    assert np.array_equal(decode_picture(encoded(suffix, COLOUR)), COLOUR)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".pgm"])
def test_sixteen_bits_keep_their_upper_eight(suffix: str) -> None:
    assert np.array_equal(decode_picture(encoded(suffix, GREY.astype(np.uint16) * 257)), GREY)


def test_what_is_transparent_lies_over_white() -> None:
    alpha = np.zeros_like(GREY)
    alpha[:20] = 255
    decoded = decode_picture(encoded(".png", np.dstack([COLOUR, alpha])))
    assert np.array_equal(decoded[:20], COLOUR[:20])
    assert (decoded[20:] == 255).all()


def test_a_palette_is_resolved() -> None:
    rows = b"".join(b"\0" + bytes(index % 2 for index in range(8)) for _ in range(4))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 8, 4, 8, 3, 0, 0, 0)),
        (b"PLTE", bytes((255, 0, 0, 0, 0, 255))),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    body = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    decoded = as_colour(decode_picture(b"\x89PNG\r\n\x1a\n" + body))
    assert decoded[0, 0].tolist() == [0, 0, 255]
    assert decoded[0, 1].tolist() == [255, 0, 0]


def test_floating_point_samples_are_refused() -> None:
    with pytest.raises(PictureRefused) as caught:
        decode_picture(encoded(".tif", np.full((40, 60), np.nan, np.float32)))
    assert caught.value.refusal is Refusal.NOT_A_PICTURE


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\xff\xd8\xff\xe1\x00\x08Exif\0\0", "it is damaged or cut short"),
        (b"hello", "it is not a PNG, JPEG, TIFF, BMP, netpbm or WSQ picture"),
    ],
    ids=["a JPEG that ends before its size", "a text"],
)
def test_what_is_no_whole_picture_is_said_to_be_what_it_is(data: bytes, sentence: str) -> None:
    with pytest.raises(PictureRefused) as caught:
        decode_picture(data)
    assert (caught.value.refusal, caught.value.sentence) == (Refusal.NOT_A_PICTURE, sentence)


def _png_of(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def _tiff_of(width: int, height: int) -> bytes:
    entries = struct.pack("<HHII", 256, 4, 1, width) + struct.pack("<HHII", 257, 4, 1, height)
    return b"II*\0" + struct.pack("<IH", 8, 2) + entries + bytes(4)


def _bmp_of(width: int, height: int) -> bytes:
    return b"BM" + bytes(12) + struct.pack("<Iii", 40, width, -height) + bytes(28)


@pytest.mark.parametrize(
    "bomb",
    [
        _png_of(60_000, 60_000),
        _png_of(2**31, 2**31),
        _tiff_of(100_000, 100_000),
        _bmp_of(50_000, 50_000),
        b"P5 65000 65000 255\n",
        b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03" + bytes(20),
    ],
)
def test_a_bomb_is_refused_by_its_header(bomb: bytes) -> None:
    with pytest.raises(PictureRefused) as caught:
        decode_picture(bomb)
    assert caught.value.refusal is Refusal.TOO_LARGE


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".bmp", ".pgm"])
def test_the_header_tells_the_size_that_is_decoded(suffix: str) -> None:
    data = encoded(suffix, GREY)
    assert picture_size(data) == (60, 40)


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0+", b"BM", b"P5"]),
)
def test_any_bytes_give_pixels_or_a_named_refusal(tail: bytes, head: bytes) -> None:
    outcome = _outcome(head + tail)
    assert outcome in {Refusal.NOT_A_PICTURE, Refusal.TOO_LARGE} or isinstance(outcome, tuple)


@given(st.sampled_from([".png", ".jpg", ".tif", ".bmp", ".pgm"]), st.floats(0.0, 0.99))
def test_a_picture_cut_short_never_escapes_as_another_error(suffix: str, kept: float) -> None:
    data = encoded(suffix, GREY)
    assert _outcome(data[: int(len(data) * kept)]) in {Refusal.NOT_A_PICTURE, GREY.shape, (*GREY.shape, 3)}


def _outcome(data: bytes) -> Refusal | tuple[int, ...]:
    """The decoded shape, or why there is none; any other error ends the test."""
    try:
        return decode_picture(data).shape
    except PictureRefused as refused:
        return refused.refusal


@given(nps.arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_any_grey_picture_survives_png(picture: NDArray[np.uint8]) -> None:
    assert np.array_equal(decode_picture(encoded(".png", picture)), picture)


def test_files_that_are_not_there_or_not_files_are_named(tmp_path: Path) -> None:
    for path, refusal in ((tmp_path / "none.png", Refusal.MISSING), (tmp_path, Refusal.UNREADABLE)):
        with pytest.raises(PictureRefused) as caught:
            read_bytes(path)
        assert caught.value.refusal is refusal


@pytest.mark.parametrize(
    ("head", "film"),
    [
        (b"\0\0\0\x20ftypisom", True),
        (b"RIFF\0\0\0\0AVI LIST", True),
        (b"\x1a\x45\xdf\xa3", True),
        (b"#EXTM3U\n", False),
        (b"RIFF\0\0\0\0WAVE", False),
        (b"", False),
    ],
)
def test_a_film_is_told_by_its_first_bytes_and_a_playlist_is_none(head: bytes, film: bool) -> None:
    assert is_film(head) is film
