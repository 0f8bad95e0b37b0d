"""Finger and face records round-trip; cut short, stretched or lying, they are refused by name."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import DeviceProtocolError
from drivers.sbi.iso_bytes import NOBODY, CapturedBy, Quality
from drivers.sbi.iso_face import FaceImage
from drivers.sbi.iso_finger import FingerImage
from drivers.sbi.iso_picture import Coding

BYTE, SHORT = st.integers(0, 255), st.integers(0, 65535)
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31)).map(  # noqa: DTZ001 - the zone is put on below
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000, tzinfo=UTC)
)
CAPTURED = st.builds(CapturedBy, st.none() | MOMENTS, BYTE, SHORT, SHORT)
QUALITIES = st.lists(st.builds(Quality, BYTE, SHORT, SHORT), max_size=4).map(tuple)
SIDE, DATA = st.integers(1, 8000), st.binary(max_size=200)
FINGERS = st.builds(
    FingerImage,
    position=st.integers(0, 10),
    resolution_ppi=st.integers(1, 65535),
    width=SIDE,
    height=SIDE,
    coding=st.sampled_from(Coding),
    data=DATA,
    captured=CAPTURED,
    qualities=QUALITIES,
    impression=BYTE,
)
FACES = st.builds(
    FaceImage,
    width=SIDE,
    height=SIDE,
    coding=st.sampled_from([Coding.PNG, Coding.JPEG, Coding.JPEG_2000]),
    data=DATA,
    captured=CAPTURED,
    qualities=QUALITIES,
    image_type=BYTE,
)
RECORDS: st.SearchStrategy[FingerImage | FaceImage] = FINGERS | FACES
ONE = FingerImage(2, 500, 4, 3, Coding.RAW, bytes(12), NOBODY, (Quality(80),))
PORTRAIT = FaceImage(4, 3, Coding.PNG, b"picture")


@given(RECORDS)
def test_a_record_comes_back_as_it_was_written(record: FingerImage | FaceImage) -> None:
    assert type(record).from_bytes(record.to_bytes()) == record


@given(RECORDS, st.data())
def test_a_record_cut_short_or_made_longer_is_refused(record: FingerImage | FaceImage, data: st.DataObject) -> None:
    written = record.to_bytes()
    cut = data.draw(st.integers(0, len(written) - 1))
    for wrong in (written[:cut], written + b"\0"):
        with pytest.raises(DeviceProtocolError):
            type(record).from_bytes(wrong)


@given(st.sampled_from([FingerImage, FaceImage]), st.binary(max_size=200), st.booleans())
def test_garbage_is_refused_by_name(kind: type[FingerImage | FaceImage], garbage: bytes, begins_well: bool) -> None:
    written = (ONE if kind is FingerImage else PORTRAIT).to_bytes()
    with pytest.raises(DeviceProtocolError):
        kind.from_bytes(written[:12] + garbage if begins_well else garbage)


def test_the_layout_is_that_of_iso_19794_4() -> None:
    """Offsets by hand: general header 16 bytes (table 2), representation header from there (table 3)."""
    record = ONE.to_bytes()
    assert record[:8] == b"FIR\x00020\x00"
    assert struct.unpack(">IHBB", record[8:16]) == (len(record), 1, 0, 1)
    assert struct.unpack(">I", record[16:20]) == (len(record) - 16,)
    assert record[34:40] == bytes([1, 80, 0, 0, 0, 0])
    assert record[40:43] == bytes([2, 1, 1])
    assert struct.unpack(">4H", record[43:51]) == (500, 500, 500, 500)
    assert struct.unpack(">BBBHHI", record[51:62]) == (8, 0, 0, 4, 3, 12)
    assert record[62:] == bytes(12)


def test_the_layout_is_that_of_iso_19794_5() -> None:
    """General header 17 bytes (table 2), then header, facial information (17) and image information (11)."""
    record = PORTRAIT.to_bytes()
    assert record[:8] == b"FAC\x00030\x00"
    assert struct.unpack(">IHBHI", record[8:21]) == (len(record), 1, 0, 1, len(record) - 17)
    assert struct.unpack(">BBHHBHBB", record[53:64]) == (1, 3, 4, 3, 0, 0, 0, 1)
    assert record[64:] == b"\0\0\0\x07picture"


@pytest.mark.parametrize(
    ("what", "at", "value"),
    [
        ("another format", 0, b"FAC\0"),
        ("version 2005", 4, b"010\0"),
        ("two images", 12, b"\x00\x02"),
        ("no image", 12, b"\x00\x00"),
        ("a strange certification flag", 14, b"\x02"),
        ("two fingers", 15, b"\x02"),
        ("a wrong inner length", 16, b"\x00\x00\x00\x01"),
        ("a thirteenth month", 20, b"\x07\xea\x0d\x01\x00\x00\x00\x00\x00"),
        ("more qualities than bytes", 34, b"\xff"),
        ("a palm", 40, b"\x15"),
        ("strange units", 42, b"\x03"),
        ("no resolution", 47, b"\x00\x00\x00\x00"),
        ("pixels that are not square", 47, b"\x01\x00"),
        ("one bit a pixel", 51, b"\x01"),
        ("an unknown coding", 52, b"\x07"),
        ("no width", 54, b"\x00\x00"),
        ("a bomb", 54, b"\xff\xff\xff\xff"),
        ("more pixels than bytes", 58, b"\x00\x00\x00\x0d"),
    ],
)
def test_a_record_that_lies_about_itself_is_refused(what: str, at: int, value: bytes) -> None:
    record = ONE.to_bytes()
    with pytest.raises(DeviceProtocolError):
        FingerImage.from_bytes(record[:at] + value + record[at + len(value) :])


def test_a_wsq_image_is_called_so() -> None:
    record = bytearray(ONE.to_bytes())
    record[52] = 2
    assert FingerImage.from_bytes(bytes(record)).coding is Coding.WSQ


def test_centimetres_and_certificates_are_read() -> None:
    record = bytearray(ONE.to_bytes())
    record[42], record[47:51] = 2, struct.pack(">HH", 197, 197)
    assert FingerImage.from_bytes(bytes(record)).resolution_ppi == 500
    certified = record[:40] + bytes([1, 0, 1, 2]) + record[40:]
    certified[14] = 1
    certified[8:12], certified[16:20] = struct.pack(">I", len(certified)), struct.pack(">I", len(certified) - 16)
    assert FingerImage.from_bytes(bytes(certified)).position == 2


@pytest.mark.parametrize(("at", "value"), [(54, b"\x04"), (55, b"\x00\x00"), (36, b"\xff\xff")])
def test_a_portrait_that_lies_about_itself_is_refused(at: int, value: bytes) -> None:
    record = PORTRAIT.to_bytes()
    with pytest.raises(DeviceProtocolError):
        FaceImage.from_bytes(record[:at] + value + record[at + len(value) :])
