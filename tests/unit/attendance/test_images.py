"""Whatever a device gives becomes a small picture for the page, and a file that says its resolution."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from appliance.attendance.images import PREVIEW_EDGE_PX, png, preview_jpeg
from drivers.messages import PPI_LIMIT
from drivers.transport.picture_file import decode_picture


@pytest.mark.parametrize(
    ("shape", "shown"),
    [
        ((500, 400), (500, 400)),
        ((1280, 960, 3), (640, 480, 3)),
        ((1, 65_535), (1, PREVIEW_EDGE_PX)),
        ((65_535, 2), (PREVIEW_EDGE_PX, 1)),
        ((1, 1), (1, 1)),
    ],
)
def test_a_preview_is_small_whatever_the_picture_s_shape(shape: tuple[int, ...], shown: tuple[int, ...]) -> None:
    jpeg = preview_jpeg(np.full(shape, 90, np.uint8))
    decoded = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_UNCHANGED)
    assert decoded is not None
    assert decoded.shape == shown


@pytest.mark.parametrize("ppi", [None, 0, 500, PPI_LIMIT])
def test_any_resolution_that_a_device_may_say_can_be_written_down(ppi: int | None) -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert np.array_equal(decode_picture(png(pixels, ppi)), pixels)
