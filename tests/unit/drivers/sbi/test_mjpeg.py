"""Pictures come out whole however the stream is cut and whatever it puts between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import DeviceProtocolError
from drivers.sbi.mjpeg import HEADER_LIMIT_BYTES, PART_LIMIT_BYTES, MjpegReader

BOUNDARIES = st.sampled_from([b"--frame", b"----BoundaryString", b"--", b""])
ENDS = st.sampled_from([b"\r\n", b"\n"])


def _part(boundary: bytes, end: bytes, picture: bytes) -> bytes:
    size = b"content-LENGTH:  %d " % len(picture)
    return end.join([boundary, b"Content-type: image/jpeg", size, b"", picture, b"", b""])


@given(
    st.lists(st.binary(min_size=1, max_size=80), max_size=5), BOUNDARIES, ENDS, st.lists(st.integers(1, 30), min_size=1)
)
def test_pictures_arrive_whole_however_the_stream_is_cut(
    pictures: list[bytes], boundary: bytes, end: bytes, cuts: list[int]
) -> None:
    stream = b"".join(_part(boundary, end, picture) for picture in pictures)
    reader, received, at, turn = MjpegReader(), [], 0, 0
    while at < len(stream):
        step = cuts[turn % len(cuts)]
        received += reader.feed(stream[at : at + step])
        at, turn = at + step, turn + 1
    assert received == pictures


@given(st.binary(max_size=300))
def test_garbage_is_refused_by_name_or_waited_for(garbage: bytes) -> None:
    try:
        MjpegReader().feed(garbage)
    except DeviceProtocolError:
        return


@pytest.mark.parametrize(
    "stream",
    [
        b" " * (HEADER_LIMIT_BYTES + 1),
        b"\n" * (HEADER_LIMIT_BYTES + 1),
        b"--frame\r\n" * HEADER_LIMIT_BYTES,
        b"Content-Length: 0\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: \xb2\r\n\r\n",
        b"Content-Length: %d\r\n\r\n" % (PART_LIMIT_BYTES + 1),
        b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"\xff\xd8\xff a picture without its size\r\n",
    ],
)
def test_what_is_no_such_stream_is_refused(stream: bytes) -> None:
    with pytest.raises(DeviceProtocolError):
        MjpegReader().feed(stream)
