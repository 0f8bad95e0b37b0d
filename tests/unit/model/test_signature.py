"""A signature's record: the same from the page's pad and from a pad of its own, and back from its bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import UsageError
from appliance.model.signature import SignatureRecord
from drivers.contracts import PenPoint

_NUMBERS = (st.floats(-10_000, 10_000), st.floats(-10_000, 10_000), st.floats(0, 1), st.floats(0, 3_600_000))
_STROKES = st.lists(st.lists(st.tuples(*_NUMBERS), min_size=1, max_size=10), min_size=1, max_size=8)
_SIZES = st.tuples(*[st.floats(1, 10_000)] * 2)


@given(_STROKES, _SIZES)
def test_a_record_survives_its_bytes(strokes: list[list[tuple[float, ...]]], size: tuple[float, float]) -> None:
    record = SignatureRecord.from_json_strokes(json.dumps(strokes), size)
    assert SignatureRecord.from_bytes(record.to_bytes()) == record


@given(_STROKES, _SIZES)
def test_a_pad_and_the_page_make_the_same_record(
    strokes: list[list[tuple[float, float, float, float]]], size: tuple[float, float]
) -> None:
    points = [PenPoint(*point, number) for number, stroke in enumerate(strokes) for point in stroke]
    assert SignatureRecord.from_points(points, size) == SignatureRecord.from_json_strokes(json.dumps(strokes), size)


REFUSED = {
    "nothing": b"",
    "no record": b"[]",
    "another format": b'{"format":"other","version":1,"size":[9,9],"strokes":[[[1,2,0.5,0]]]}',
    "another version": b'{"format":"claim-kiosk-signature","version":2,"size":[9,9],"strokes":[[[1,2,0.5,0]]]}',
    "a pad of no size": b'{"format":"claim-kiosk-signature","version":1,"size":[0,9],"strokes":[[[1,2,0.5,0]]]}',
    "no size": b'{"format":"claim-kiosk-signature","version":1,"strokes":[[[1,2,0.5,0]]]}',
    "no strokes": b'{"format":"claim-kiosk-signature","version":1,"size":[9,9],"strokes":[]}',
    "something more": b'{"format":"claim-kiosk-signature","version":1,"size":[9,9],"strokes":[[[1,2,0.5,0]]],"x":1}',
    "no text": b"\xff\xfe",
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_record_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(UsageError) as refused:
        SignatureRecord.from_bytes(data)
    assert refused.value.code == "signature-invalid"


@pytest.mark.parametrize(
    "points",
    [[], [PenPoint(1.0, 2.0, 1.5, 0.0, 0)], [PenPoint(1.0, 2.0, 0.5, 0.0, 0)] * 5001],
    ids=["an empty pad", "pressed too hard", "too long a stroke"],
)
def test_what_no_pad_writes_is_refused_by_name(points: list[PenPoint]) -> None:
    with pytest.raises(UsageError) as refused:
        SignatureRecord.from_points(points, (900.0, 300.0))
    assert refused.value.code == "signature-invalid"


def test_what_was_written_is_not_shown() -> None:
    assert "7777" not in repr(SignatureRecord(size=(900.0, 300.0), strokes=(((7777.0, 2.0, 0.5, 0.0),),)))
