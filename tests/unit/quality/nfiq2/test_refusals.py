"""What cannot be scored at all, and the reason that is given for it."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.errors import QualityError
from appliance.quality.nfiq2.score import LARGEST_PX, LEAST_WIDTH_PX, measured
from drivers.contracts import Pixels


def _on_clean_glass(width_px: int) -> Pixels:
    glass = np.full((500, 400), 255, np.uint8)
    glass[100:400, 50 : 50 + width_px] = np.random.default_rng(1).integers(0, 200, (300, width_px))
    return glass


def test_a_narrow_finger_on_a_wide_glass_is_not_the_images_fault() -> None:
    narrow = _on_clean_glass(LEAST_WIDTH_PX - 1)
    assert measured(narrow).reason == "finger-too-small"
    assert measured(narrow[:, 50 : 50 + LEAST_WIDTH_PX - 1]).reason == "image-too-small"
    assert measured(_on_clean_glass(LEAST_WIDTH_PX)).reason not in ("finger-too-small", "image-too-small")


def test_more_than_the_reference_takes_is_too_large() -> None:
    assert measured(np.full((LARGEST_PX[0] + 1, LARGEST_PX[1]), 100, np.uint8)).reason == "image-too-large"


@pytest.mark.parametrize("image", [np.zeros((300, 300, 3), np.uint8), np.full((300, 300), np.nan)])
def test_what_is_no_grey_image_is_refused_by_name(image: Pixels) -> None:
    with pytest.raises(QualityError):
        measured(image)
