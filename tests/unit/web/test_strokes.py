"""A signature's strokes: what a pad sends is kept to the digit, what it cannot send is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import appliance.web
from appliance.errors import UsageError
from appliance.web.strokes import PAGE_PAD_SIZE, record_from_text

_points = st.tuples(st.floats(-10_000, 10_000), st.floats(-10_000, 10_000), st.floats(0, 1), st.floats(0, 3_600_000))
_strokes = st.lists(st.lists(_points, min_size=1, max_size=20), min_size=1, max_size=10)


@given(_strokes)
def test_what_was_drawn_is_kept_to_the_digit(strokes: list[list[tuple[float, ...]]]) -> None:
    record = json.loads(record_from_text(json.dumps(strokes)))
    assert record["format"] == "claim-kiosk-signature"
    assert record["strokes"] == [[list(point) for point in stroke] for stroke in strokes]


REFUSED = {
    "nothing": "",
    "not JSON": "[[[1,2,",
    "no strokes": "[]",
    "an empty stroke": "[[]]",
    "a point of three": "[[[1,2,0.5]]]",
    "a point of five": "[[[1,2,0.5,0,0]]]",
    "text for a number": '[[["1",2,0.5,0]]]',
    "not a number": "[[[NaN,2,0.5,0]]]",
    "infinity": "[[[1e999,2,0.5,0]]]",
    "far outside the pad": "[[[10001,2,0.5,0]]]",
    "pressure over one": "[[[1,2,1.5,0]]]",
    "time before the start": "[[[1,2,0.5,-1]]]",
    "an object": '{"strokes": [[[1,2,0.5,0]]]}',
    "something after it": "[[[1,2,0.5,0]]] x",
    "too many strokes": "[" + ",".join(["[[1,2,0.5,0]]"] * 501) + "]",
    "too long a stroke": "[[" + ",".join(["[1,2,0.5,0]"] * 5001) + "]]",
    "too many bytes": "[" + " " * 600_000 + "]",
    "nested without end": "[" * 10_000,
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_no_pad_sends_is_refused_by_name(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        record_from_text(text)
    assert refused.value.code == "signature-invalid"


def test_the_pad_has_the_size_that_the_page_draws_it_in() -> None:
    script = (Path(appliance.web.__file__).parent / "static" / "signature.js").read_text(encoding="utf-8")
    sides = [re.search(rf"const {name} = (\d+);", script) for name in ("WIDTH", "HEIGHT")]
    assert [float(side[1]) for side in sides if side] == list(PAGE_PAD_SIZE)
    assert json.loads(record_from_text("[[[1,2,0.5,0]]]"))["size"] == list(PAGE_PAD_SIZE)
