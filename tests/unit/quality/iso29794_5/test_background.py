"""An even background scores best; what is on it counts, and what is not background does not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from appliance.errors import QualityError
from appliance.quality.iso29794_5 import names
from appliance.quality.iso29794_5.adnet98 import from_adnet98
from appliance.quality.iso29794_5.alignment import align
from appliance.quality.iso29794_5.background import background_raw
from drivers.contracts import Pixels
from tests.unit.quality.iso29794_5.drawn_face import Points, portrait


def _person(points: Points, shape: tuple[int, ...]) -> Pixels:
    """1 where nobody is."""
    free = np.ones(shape[:2], np.uint8)
    middle, size = points.mean(axis=0), np.ptp(points, axis=0)
    cv2.ellipse(free, (int(middle[0]), int(middle[1])), (int(size[0]), int(size[1] * 1.2)), 0, 0, 360, 0, -1)
    return free


def _raw(image: Pixels, points: Points, free: Pixels) -> float | None:
    return dict(background_raw(image, align(image, from_adnet98(points)).to_frame, free)).get(
        names.BACKGROUND_UNIFORMITY
    )


def test_stripes_behind_the_person_count_by_their_contrast() -> None:
    image, points = portrait(between_eyes_px=90)
    free = _person(points, image.shape)
    found = []
    for contrast in (0, 10, 30, 60):
        striped = image.copy()
        striped[::16] = np.where(free[::16, :, None], image[::16] - np.uint8(contrast), image[::16])
        found.append(_raw(striped, points, free))
    assert None not in found
    assert found == sorted(found, key=lambda value: value or 0.0)
    assert (found[-1] or 0.0) > (found[0] or 0.0) + 50


def test_what_the_person_wears_does_not_count() -> None:
    image, points = portrait(between_eyes_px=90)
    free = _person(points, image.shape)
    patterned, not_inside = image.copy(), cv2.dilate(free, np.ones((9, 9), np.uint8))
    patterned[::2] = np.where(not_inside[::2, :, None], image[::2], np.uint8(0))
    assert _raw(patterned, points, free) == pytest.approx(_raw(image, points, free), abs=1.0)


def test_a_coarser_mask_of_the_same_person_says_the_same() -> None:
    image, points = portrait(between_eyes_px=90)
    free = _person(points, image.shape)
    coarse = np.asarray(cv2.resize(free, (256, 256), interpolation=cv2.INTER_NEAREST), np.uint8)
    assert _raw(image, points, coarse) == pytest.approx(_raw(image, points, free), abs=1.0)


def test_without_any_background_there_is_no_measure() -> None:
    image, points = portrait(between_eyes_px=90)
    assert _raw(image, points, np.zeros((72, 128), np.uint8)) is None


@pytest.mark.parametrize("free", [np.zeros((0, 5), np.uint8), np.zeros((5, 5)), np.zeros((5, 5, 1), np.uint8)])
def test_what_is_no_mask_is_refused_by_name(free: Pixels) -> None:
    image, points = portrait(between_eyes_px=90)
    with pytest.raises(QualityError):
        _raw(image, points, free)
