"""WSQ: there and back within its loss, and nothing that a file says of itself is believed."""

from __future__ import annotations

import re
import struct
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.simulated.drawn.fingerprint import draw_fingerprint
from drivers.transport import wsq
from drivers.transport.picture_file import PictureRefused, Refusal, decode_picture
from drivers.transport.wsq import (
    WsqRefused,
    WsqUnavailable,
    compression_ratio,
    decode_wsq,
    encode_wsq,
    wsq_available,
)
from drivers.transport.wsq_header import WsqHeader, wsq_header

needs_package = pytest.mark.skipif(not wsq_available(), reason="needs the package wsq")
PRINT = draw_fingerprint(1, "right_index", 0)
FRAME = b"\xff\xa2"


@pytest.fixture(scope="module")
def encoded() -> bytes:
    if not wsq_available():
        pytest.skip("needs the package wsq")
    return encode_wsq(PRINT)


def _frame_of(width: int, height: int) -> bytes:
    """A header as an attacker writes it: nothing but a size, then data."""
    return (
        b"\xff\xa0" + FRAME + struct.pack(">HBBHH9x", 17, 0, 255, height, width) + b"\xff\xa3\x00\x03\x00" + b"\0" * 64
    )


def test_an_impression_comes_back_within_the_loss_that_its_bitrate_means(encoded: bytes) -> None:
    decoded = decode_wsq(encoded)
    assert decoded.shape == PRINT.shape
    assert cv2.PSNR(decoded, PRINT) > 25


def test_the_ratio_is_what_the_rule_asks_for_and_the_resolution_is_in_the_file(encoded: bytes) -> None:
    assert 10 <= compression_ratio(PRINT, encoded) <= 20
    assert wsq_header(encoded) == WsqHeader(PRINT.shape[1], PRINT.shape[0], 500)


def test_a_wsq_file_is_read_as_any_other_picture(encoded: bytes) -> None:
    assert np.array_equal(decode_picture(encoded), decode_wsq(encoded))


@pytest.mark.parametrize(("width", "height"), [(65535, 65535), (65535, 200), (0, 400), (1, 1)])
def test_an_impossible_size_is_refused_before_a_decoder_is_started(
    width: int, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wsq, "_PROCESS", Path("/nonexistent"))
    with pytest.raises(WsqRefused):
        decode_wsq(_frame_of(width, height))


@given(st.binary(max_size=300), st.booleans())
def test_no_header_makes_the_reader_stumble(data: bytes, begins_well: bool) -> None:
    found = wsq_header(b"\xff\xa0" + data if begins_well else data)
    assert found is None or (0 <= found.width <= 65535 and 0 <= found.height <= 65535)


@pytest.mark.parametrize(
    "comment", [b"NIST_COM 2\nPPI -1\n", b"NIST_COM 2\nPPI 0\n", b"NIST_COM 2\nPPI 255\n", b"PPI 500\n", b""]
)
def test_a_comment_that_says_no_resolution_is_taken_as_saying_none(comment: bytes) -> None:
    data = b"\xff\xa0\xff\xa8" + struct.pack(">H", len(comment) + 2) + comment + _frame_of(300, 400)[2:]
    assert wsq_header(data) == WsqHeader(300, 400, None)


@needs_package
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_a_damaged_picture_is_a_named_error_or_pixels_of_the_size_it_declares(
    encoded: bytes, data: st.DataObject
) -> None:
    damaged = bytearray(encoded[: data.draw(st.integers(0, len(encoded)))])
    for _ in range(data.draw(st.integers(0, 6))):
        if damaged:
            damaged[data.draw(st.integers(0, min(900, len(damaged) - 1)))] = data.draw(st.integers(0, 255))
    header = wsq_header(bytes(damaged))
    try:
        decoded = decode_picture(bytes(damaged))
    except PictureRefused:
        return
    assert header is not None
    assert decoded.shape == (header.height, header.width)


@pytest.mark.parametrize("size", [(64, 64), (100, 64), (200, 388)])
def test_more_coefficients_than_the_size_has_room_for_end_in_a_named_error_not_in_us(
    encoded: bytes, size: tuple[int, int]
) -> None:
    """NBIS writes beyond its memory here: whatever becomes of its process, this one goes on."""
    damaged = bytearray(encoded)
    struct.pack_into(">HH", damaged, damaged.index(FRAME) + 6, *size)
    with pytest.raises(PictureRefused):
        decode_picture(bytes(damaged))


def test_a_decoder_that_says_more_than_the_picture_has_is_not_listened_to(
    encoded: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    talker = tmp_path / "talker.py"
    talker.write_text("import sys; sys.stdin.buffer.read(); sys.stdout.buffer.write(bytes(20_000_000))")
    monkeypatch.setattr(wsq, "_PROCESS", talker)
    with pytest.raises(WsqRefused):
        decode_wsq(encoded)


def test_a_picture_cut_anywhere_is_refused(encoded: bytes) -> None:
    for part in (0.01, 0.2, 0.5, 0.9):
        with pytest.raises(PictureRefused) as caught:
            decode_picture(encoded[: int(len(encoded) * part)])
        assert caught.value.refusal is Refusal.NOT_A_PICTURE


def test_without_the_package_a_wsq_file_is_refused_by_a_sentence_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "_wsq", None)
    monkeypatch.setattr(wsq, "wsq_available", lambda: False)
    with pytest.raises(PictureRefused, match="install the package wsq") as caught:
        decode_picture(_frame_of(300, 400))
    assert caught.value.refusal is Refusal.NO_DECODER
    with pytest.raises(WsqUnavailable):
        encode_wsq(PRINT)


@pytest.mark.parametrize("shape", [(400, 300, 3), (63, 400), (4000, 2001)])
def test_what_wsq_is_not_for_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(WsqRefused):
        encode_wsq(np.zeros(shape, np.uint8))


@pytest.mark.shared
def test_nists_own_examples_are_read_and_never_at_a_resolution_that_nobody_means(shared_data: Path) -> None:
    if not wsq_available():
        pytest.skip("needs the package wsq")
    data = (shared_data / "nist" / "type-4-slaps.an2").read_bytes()
    pictures = [
        data[at.start() : data.index(b"\xff\xa1", at.start()) + 2] for at in re.finditer(b"\xff\xa0\xff\xa8", data)
    ]
    headers = [wsq_header(picture) for picture in pictures]
    assert len(headers) > 2
    assert {header.resolution_ppi for header in headers if header is not None} == {None, 500}
    for picture, header in zip(pictures, headers, strict=True):
        assert header is not None
        assert decode_wsq(picture).shape == (header.height, header.width)
