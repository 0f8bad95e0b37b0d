"""Pages as `scanimage` writes them: round trips however they are cut, and everything that is refused."""

from __future__ import annotations

import contextlib
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from drivers.contracts import Pixels, PrivatePool
from drivers.errors import DeviceProtocolError
from drivers.sane.page import PageDecoder

PAGES = st.one_of(
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 80), st.integers(1, 9))),
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 80), st.integers(1, 9), st.just(3))),
)


def written(pixels: Pixels) -> bytes:
    """As `scanimage` writes it: P5 or P6, a comment, 8 bits, red first."""
    magic = b"P5" if pixels.ndim == 2 else b"P6"
    head = b"%s\n# SANE data follows\n%d %d\n255\n" % (magic, pixels.shape[1], pixels.shape[0])
    return head + (pixels if pixels.ndim == 2 else pixels[..., ::-1]).tobytes()


@given(PAGES, st.data())
def test_a_page_is_read_however_it_is_cut(page: Pixels, data: st.DataObject) -> None:
    wire = written(page)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=6)))
    decoder = PageDecoder(PrivatePool())
    for start, end in zip([0, *cuts], [*cuts, len(wire)], strict=True):
        if end > start:
            decoder.feed(wire[start:end])
    np.testing.assert_array_equal(decoder.finish(), page)


@given(PAGES, st.integers(1, 20))
def test_a_page_that_breaks_off_is_never_given(page: Pixels, missing: int) -> None:
    decoder = PageDecoder(PrivatePool())
    decoder.feed(written(page)[:-missing] or b"P")
    with pytest.raises(DeviceProtocolError):
        decoder.finish()


@pytest.mark.parametrize(
    "wire",
    [
        b"P4\n8 1\n\x00",
        b"P6\n2 2\n65535\n" + bytes(24),
        b"P5\n0 4\n255\n",
        b"P5\n999999 999999\n255\n",
        b"P5\n2 2\n255\n" + bytes(5),
        b"\x89PNG\r\n\x1a\n" + bytes(600),
        b"P5\n# " + b"x" * 600,
    ],
    ids=["bits", "16 bits", "no width", "vast", "too many bytes", "another format", "endless head"],
)
def test_what_is_no_page_is_refused(wire: bytes) -> None:
    with pytest.raises(DeviceProtocolError):
        PageDecoder(PrivatePool()).feed(wire)


@given(st.binary(max_size=700))
def test_any_bytes_are_a_page_or_a_typed_error(wire: bytes) -> None:
    decoder = PageDecoder(PrivatePool())
    with contextlib.suppress(DeviceProtocolError):
        decoder.feed(wire)
        assert decoder.finish().size


@pytest.mark.parametrize("filler", [b" ", b"\n", b"#\n", b"# \n ", b"1 "])
def test_a_header_that_never_ends_is_refused_at_once(filler: bytes) -> None:
    """It once took time that doubled with every blank."""
    began = time.process_time()
    for length in (40, 500):
        decoder = PageDecoder(PrivatePool())
        with contextlib.suppress(DeviceProtocolError):
            decoder.feed(b"P5" + filler * length)
    assert time.process_time() - began < 0.5
