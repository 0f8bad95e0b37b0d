"""A finger minutiae record round-trips bit for bit; cut short, stretched or lying, it is refused by name."""

from __future__ import annotations

import re
import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import PackageError
from appliance.fingerprint.minutiae import find_minutiae
from appliance.fingerprint.minutiae_record import (
    Fault,
    MinutiaeRecord,
    MinutiaeRecordRefused,
    RecordedMinutia,
    record_of,
)
from appliance.fingerprint.template import template_of
from drivers.simulated.drawn.fingerprint import draw_fingerprint

SHORT = st.integers(0, 65535)


@st.composite
def records(draw: st.DrawFn) -> MinutiaeRecord:
    width, height = draw(st.integers(1, 16384)), draw(st.integers(1, 16384))
    minutia = st.builds(
        RecordedMinutia,
        kind=st.integers(0, 2),
        x=st.integers(0, width - 1),
        y=st.integers(0, height - 1),
        angle=st.integers(0, 255),
        quality=st.integers(0, 100),
    )
    return MinutiaeRecord(
        width,
        height,
        tuple(draw(st.lists(minutia, max_size=12))),
        position=draw(st.integers(0, 10)),
        quality=draw(st.integers(0, 100)),
        impression=draw(st.integers(0, 15)),
        view=draw(st.integers(0, 15)),
        per_cm=draw(st.tuples(st.integers(1, 65535), st.integers(1, 65535))),
        equipment=draw(SHORT),
        extended=draw(st.binary(max_size=20)),
    )


ONE = MinutiaeRecord(300, 400, (RecordedMinutia(1, 290, 399, 64, 80), RecordedMinutia(2, 0, 7, 255, 0)), 7, 91)
BYTES = bytes.fromhex(
    "464d5200 20323000 0000002a 0000 012c 0190 00c5 00c5 01 00"  # header
    "07 00 5b 02"  # left index, first view, live-scan plain, quality 91, two minutiae
    "4122 018f 40 50"
    "8000 0007 ff 00"
    "0000"  # no extended data
)


def test_it_is_written_as_the_standard_says() -> None:
    assert ONE.to_bytes() == BYTES
    assert MinutiaeRecord.from_bytes(BYTES) == ONE


@given(records())
def test_a_record_comes_back_as_it_was_written(record: MinutiaeRecord) -> None:
    assert MinutiaeRecord.from_bytes(record.to_bytes()) == record


@given(records(), st.binary(min_size=1, max_size=9))
def test_cut_at_any_byte_or_made_longer_it_is_refused(record: MinutiaeRecord, more: bytes) -> None:
    data = record.to_bytes()
    for size in range(len(data)):
        assert _fault(data[:size]) is Fault.CUT_SHORT
    assert _fault(data + more) is Fault.LENGTH


@given(st.binary(max_size=80) | st.binary(max_size=60).map(lambda tail: BYTES[:8] + tail))
def test_any_bytes_are_read_or_refused_by_name(data: bytes) -> None:
    try:
        record = MinutiaeRecord.from_bytes(data)
    except MinutiaeRecordRefused:
        return
    assert record.to_bytes() == data


@given(st.integers(0, len(BYTES) - 1), st.integers(1, 255))
def test_a_changed_byte_is_read_as_it_is_or_refused(at: int, change: int) -> None:
    data = bytearray(BYTES)
    data[at] ^= change
    try:
        record = MinutiaeRecord.from_bytes(bytes(data))
    except MinutiaeRecordRefused:
        return
    assert record.to_bytes() == bytes(data)


LIES = [
    ("another format", 0, b"FIR\0", Fault.FORMAT),
    ("another version", 4, b" 30\0", Fault.FORMAT),
    ("longer than it is", 8, struct.pack(">I", len(BYTES) + 1), Fault.CUT_SHORT),
    ("shorter than it is", 8, struct.pack(">I", len(BYTES) - 1), Fault.LENGTH),
    ("no view", 22, b"\0", Fault.VIEWS),
    ("two views", 22, b"\2", Fault.VIEWS),
    ("reserved byte", 23, b"\1", Fault.RESERVED),
    ("eleventh finger", 24, b"\x0b", Fault.RANGE),
    ("quality above 100", 26, b"\x65", Fault.RANGE),
    ("fewer minutiae than are there", 27, b"\1", Fault.LENGTH),
    ("more minutiae than are there", 27, b"\3", Fault.CUT_SHORT),
    ("reserved kind", 28, b"\xc1", Fault.RANGE),
    ("right of the image", 28, struct.pack(">H", 1 << 14 | 300), Fault.RANGE),
    ("below the image", 30, struct.pack(">H", 400), Fault.RANGE),
    ("reserved bits", 30, b"\x41", Fault.RESERVED),
    ("minutia's quality above 100", 33, b"\xff", Fault.RANGE),
    ("extended data that is not there", 40, b"\0\1", Fault.LENGTH),
    ("image without a width", 14, b"\0\0", Fault.RANGE),
    ("image without a resolution", 18, b"\0\0", Fault.RANGE),
]


@pytest.mark.parametrize(("at", "lie", "fault"), [lie[1:] for lie in LIES], ids=[lie[0] for lie in LIES])
def test_a_lie_is_refused_by_its_name(at: int, lie: bytes, fault: Fault) -> None:
    assert _fault(BYTES[:at] + lie + BYTES[at + len(lie) :]) is fault


@pytest.mark.parametrize(
    "wrong",
    [
        replace(ONE, position=11),
        replace(ONE, view=16),
        replace(ONE, width_px=16385),
        replace(ONE, quality=-1),
        replace(ONE, minutiae=ONE.minutiae * 128),
        replace(ONE, minutiae=(RecordedMinutia(3, 0, 0, 0, 0),)),
        replace(ONE, minutiae=(RecordedMinutia(1, 300, 0, 0, 0),)),
        replace(ONE, extended=bytes(65536)),
    ],
)
def test_what_the_standard_does_not_allow_is_not_written(wrong: MinutiaeRecord) -> None:
    with pytest.raises(MinutiaeRecordRefused) as refused:
        wrong.to_bytes()
    assert refused.value.fault is Fault.RANGE
    assert isinstance(refused.value, PackageError)


def test_what_is_found_in_an_impression_goes_into_its_record() -> None:
    pixels = draw_fingerprint(11, "right_index", 0)
    found = find_minutiae(pixels)
    record = record_of(found, width_px=416, height_px=560, position=2, quality=70)
    assert MinutiaeRecord.from_bytes(record.to_bytes()) == record
    assert len(record.minutiae) == len(found) > 10
    assert np.array_equal([one.angle for one in record.minutiae], found.direction)
    assert record.per_cm == (197, 197)


def _fault(data: bytes) -> Fault:
    with pytest.raises(MinutiaeRecordRefused) as refused:
        MinutiaeRecord.from_bytes(data)
    return refused.value.fault


def test_no_minutiae_are_spelt_out_in_a_text() -> None:
    pixels = draw_fingerprint(1, "right_index", 0)
    found = find_minutiae(pixels)
    record = record_of(found, width_px=pixels.shape[1], height_px=pixels.shape[0], position=2)
    for one in (found, template_of(pixels), record, record.minutiae[0]):
        assert re.fullmatch(r"<[\w.]+ object at 0x[0-9a-f]+>", repr(one))
