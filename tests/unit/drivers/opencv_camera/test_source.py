"""What a camera's device setting means, and that no message repeats a secret in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import OptionInvalid
from drivers.opencv_camera.source import SourceKind, source_from_text


@pytest.mark.parametrize(
    ("text", "kind", "label"),
    [
        ("0", SourceKind.VIDEO_DEVICE, "camera 0"),
        ("12", SourceKind.VIDEO_DEVICE, "camera 12"),
        ("/dev/video2", SourceKind.VIDEO_DEVICE, "camera /dev/video2"),
        ("/dev/v4l/by-id/usb-Maker_Camera-video-index0", SourceKind.VIDEO_DEVICE, None),
        ("portrait.avi", SourceKind.FILE, "the recording"),
        ("/home/someone/portrait.avi", SourceKind.FILE, "the recording"),
        ("http://user:secret@camera.test:8080/secret?token=secret", SourceKind.HTTP, "http://camera.test:8080"),
        ("rtsp://user:secret@[::1]:554/secret", SourceKind.RTSP, "rtsp://[::1]:554"),
    ],
)
def test_every_kind_of_source(text: str, kind: SourceKind, label: str | None) -> None:
    source = source_from_text(text)
    assert source.kind is kind
    assert label in {source.label, None}
    assert "secret" not in repr(source)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nul\0byte.avi",
        "https://user:secret@camera.test/",
        "rtsps://user:secret@camera.test/",
        "file:///etc/passwd?secret",
        "concat:secret|secret",
        "ftp://secret@camera.test/",
        "http:///secret",
        "http://user:secret@[::1/",
        "http://user:secret@camera.test:99999/",
        "http://camera.test/secret\r\nHost: x",
        "http://camera.test/with space secret",
    ],
)
def test_what_is_not_driven_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(OptionInvalid) as caught:
        source_from_text(text)
    assert "secret" not in caught.value.sentence


@given(st.text(max_size=80))
def test_any_text_is_a_source_or_an_invalid_option(text: str) -> None:
    try:
        assert source_from_text(text).label
    except OptionInvalid as refusal:
        assert len(text) < 4 or text not in refusal.sentence  # noqa: PT017 - both outcomes are checked
