"""Pictures in records: each coding there and back, and none decoded that is not what its record says."""

from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import DeviceProtocolError, RequestUnsupported
from drivers.sbi.iso_picture import Coding, check_announced, decode_picture, encode_picture
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from drivers.transport import wsq
from tests.unit.drivers.sbi.makers import noise

LOSSLESS = st.sampled_from([Coding.RAW, Coding.PNG, Coding.JPEG_2000])


@given(LOSSLESS, st.integers(32, 90), st.integers(32, 90), st.sampled_from([1, 3]), st.integers(0, 99))
def test_pixels_come_back_unchanged(coding: Coding, height: int, width: int, channels: int, seed: int) -> None:
    pixels = noise(height, width, channels, seed)
    decoded = np.empty_like(pixels)
    decode_picture(coding, encode_picture(coding, pixels), decoded)
    np.testing.assert_array_equal(decoded, pixels)


def test_jpeg_comes_back_nearly_unchanged() -> None:
    pixels = np.full((40, 30), 128, np.uint8)
    decoded = np.empty_like(pixels)
    decode_picture(Coding.JPEG, encode_picture(Coding.JPEG, pixels), decoded)
    assert np.abs(decoded.astype(int) - 128).max() < 4


def test_wsq_comes_back_nearly_unchanged() -> None:
    pytest.importorskip("_wsq")
    pixels = draw_fingerprint(1, "right_index", 0)
    decoded = np.empty_like(pixels)
    decode_picture(Coding.WSQ, encode_picture(Coding.WSQ, pixels), decoded)
    assert cv2.PSNR(decoded, pixels) > 25


def test_wsq_without_a_decoder_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("_wsq")
    pixels = draw_fingerprint(1, "right_index", 0)
    data = encode_picture(Coding.WSQ, pixels)
    monkeypatch.setattr(wsq, "wsq_available", lambda: False)
    with pytest.raises(RequestUnsupported, match="WSQ"):
        decode_picture(Coding.WSQ, data, np.empty_like(pixels))


@given(st.sampled_from(Coding), st.sampled_from(Coding), st.booleans())
def test_another_coding_or_size_than_announced_is_refused(said: Coding, is_: Coding, taller: bool) -> None:
    if Coding.WSQ in (said, is_):
        pytest.importorskip("_wsq")
    data = encode_picture(is_, noise(80, 90))
    if said is is_ and not taller:
        return
    with pytest.raises(DeviceProtocolError):
        decode_picture(said, data, np.empty((81 if taller else 80, 90), np.uint8))


@given(st.sampled_from([Coding.PNG, Coding.JPEG_2000]), st.floats(0, 0.95))
def test_a_picture_cut_short_is_refused_or_whole(coding: Coding, part: float) -> None:
    """OpenJPEG gives what it has of a stream that ends early; the shape is right all the same."""
    data = encode_picture(coding, noise(32, 32))
    try:
        decode_picture(coding, data[: int(len(data) * part)], np.empty((32, 32), np.uint8))
    except DeviceProtocolError:
        return
    assert coding is Coding.JPEG_2000


def test_a_jp2_whose_boxes_lie_about_its_code_stream_is_refused() -> None:
    data = bytearray(encode_picture(Coding.JPEG_2000, noise(40, 50)))
    stream = data.index(b"\xff\x4f\xff\x51")
    struct.pack_into(">II", data, stream + 8, 30_000, 20_000)
    with pytest.raises(DeviceProtocolError):
        decode_picture(Coding.JPEG_2000, bytes(data), np.empty((40, 50), np.uint8))


@pytest.mark.parametrize("tail", [b"", b"\0" * 8, struct.pack(">I4s", 0, b"free"), struct.pack(">I4s", 1, b"free")])
def test_boxes_that_lead_nowhere_end(tail: bytes) -> None:
    data = b"\x00\x00\x00\x0cjP  \r\n\x87\n" + tail + b"\0" * 40
    with pytest.raises(DeviceProtocolError):
        decode_picture(Coding.JPEG_2000, data, np.empty((20, 30), np.uint8))


def test_the_turning_note_of_a_jpeg_is_passed_over() -> None:
    """The record's size is that of the pixels as they are stored."""
    jpeg = cv2.imencode(".jpg", np.zeros((20, 30), np.uint8))[1].tobytes()
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    turned = jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]
    decode_picture(Coding.JPEG, turned, np.empty((20, 30), np.uint8))


@pytest.mark.parametrize(("width", "height"), [(0, 1), (1, 0), (65535, 65535)])
def test_an_impossible_size_is_refused_before_it_costs_memory(width: int, height: int) -> None:
    with pytest.raises(DeviceProtocolError):
        check_announced(width, height)
