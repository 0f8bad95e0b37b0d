"""The resolution that a picture says it has: every format's own way, and nothing that says nothing."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from drivers.transport.picture_resolution import declared_ppi

GREY = np.full((40, 60), 128, np.uint8)


def written(kind: str, dpi: tuple[int, int] | None, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(GREY).save(buffer, kind, **({"dpi": dpi} if dpi else {}), **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "JPEG"])
@pytest.mark.parametrize("ppi", [300, 500, 1000])
def test_what_another_program_wrote_is_read(kind: str, ppi: int) -> None:
    assert declared_ppi(written(kind, (ppi, ppi))) == ppi


def test_centimetres_are_taken_as_such() -> None:
    assert declared_ppi(written("TIFF", None, resolution=197, resolution_unit="cm")) == 500


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "JPEG"])
@pytest.mark.parametrize("dpi", [None, (1, 1), (72, 72), (96, 96), (500, 1000)])
def test_what_says_nothing_is_not_believed(kind: str, dpi: tuple[int, int] | None) -> None:
    assert declared_ppi(written(kind, dpi)) is None


@given(st.sampled_from(["PNG", "TIFF", "BMP", "JPEG"]), st.data())
def test_no_damaged_header_makes_the_reader_stumble(kind: str, data: st.DataObject) -> None:
    damaged = bytearray(written(kind, (500, 500)))
    for _ in range(data.draw(st.integers(0, 6))):
        damaged[data.draw(st.integers(2, min(len(damaged) - 1, 120)))] = data.draw(st.integers(0, 255))
    found = declared_ppi(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))
    assert found is None or 200 <= found <= 10_000


@given(st.binary(max_size=100))
def test_no_garbage_does(data: bytes) -> None:
    assert declared_ppi(data) is None or data[:2] in (b"BM", b"II", b"MM", b"\xff\xd8")
