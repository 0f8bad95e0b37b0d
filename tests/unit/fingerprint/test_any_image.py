"""Whatever a reader sends, minutiae are looked for without an accident: also on no finger, and on nothing but noise."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from appliance.errors import QualityError
from appliance.fingerprint.minutiae import MOST, find_minutiae
from appliance.fingerprint.ridges import LEAST_EDGE_PX
from appliance.fingerprint.template import template_of
from drivers.contracts import Pixels

SHAPES = [(600, 384), (640, 900), (LEAST_EDGE_PX, LEAST_EDGE_PX), (65, 900), (900, 65)]


def _noise(shape: tuple[int, int], width_px: float) -> Pixels:
    noise = np.random.default_rng(1).normal(0, 1, shape)
    smooth = cv2.GaussianBlur(noise, (0, 0), width_px) if width_px else noise
    return np.asarray(cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX), np.uint8)  # type: ignore[call-overload]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("grey", [0, 128, 255])
def test_on_a_blank_image_there_are_none(shape: tuple[int, int], grey: int) -> None:
    assert len(find_minutiae(np.full(shape, grey, np.uint8))) == 0


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("width_px", [0, 2, 4])
def test_on_noise_there_are_no_more_than_may_be(shape: tuple[int, int], width_px: float) -> None:
    found = find_minutiae(_noise(shape, width_px))
    assert len(found) <= MOST
    if len(found):
        assert 0 <= found.x.min() <= found.x.max() < shape[1]
        assert 0 <= found.y.min() <= found.y.max() < shape[0]
        assert 0 <= found.direction.min() <= found.direction.max() < 256
        assert found.quality.max() <= 100


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((0, 0), np.uint8),
        np.zeros((1, 1), np.uint8),
        np.zeros((500, LEAST_EDGE_PX - 1), np.uint8),
        np.zeros((500, 400, 3), np.uint8),
        np.zeros((500, 400), np.uint16),
        np.full((500, 400), np.nan),
    ],
    ids=["empty", "a pixel", "too narrow", "colour", "16 bits", "no numbers"],
)
def test_what_is_no_impression_is_refused_by_name(image: Pixels) -> None:
    for taken in (find_minutiae, template_of):
        with pytest.raises(QualityError):
            taken(image)
