"""A document under a camera is found and cut out, however it lies; hands, shadows and empty desks are none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.camera_scanner.emulator import drawn_card, laid_on_desk
from drivers.camera_scanner.page import cut_out, find_page, seen_ppi, size_from_shape
from drivers.simulated.drawn.document import draw_document


@pytest.mark.parametrize("lean_deg", [0.0, 7.0, -12.0, 30.0])
@pytest.mark.parametrize("scale", [0.6, 0.9])
@pytest.mark.parametrize("tilt", [0.0, 0.06])
def test_a_card_is_found_however_it_lies(lean_deg: float, scale: float, tilt: float) -> None:
    picture, true = laid_on_desk(drawn_card(), lean_deg=lean_deg, scale=scale, tilt=tilt)
    found = find_page(picture)
    assert found is not None
    masks = []
    for corners in (found, true):
        mask = np.zeros(picture.shape[:2], np.uint8)
        cv2.fillConvexPoly(mask, np.rint(corners).astype(np.int32), 1)
        masks.append(mask.astype(bool))
    overlap = (masks[0] & masks[1]).sum() / (masks[0] | masks[1]).sum()
    assert overlap > 0.985
    assert np.abs(found - true).max() < 6, "the corners come in the order of the page's own"


def test_what_is_cut_out_is_the_page_again() -> None:
    page = drawn_card()
    picture, _ = laid_on_desk(page, lean_deg=7.0, scale=0.9)
    found = find_page(picture)
    assert found is not None
    out = np.empty((270, 428, 3), np.uint8)
    cut_out(picture, found, out)
    small = cv2.resize(page, (428, 270), interpolation=cv2.INTER_AREA)
    difference = np.abs(out.astype(int) - small)[8:-8, 8:-8]
    assert difference.mean() < 8


def test_a_drawn_passport_page_is_known_by_its_shape() -> None:
    picture, _ = laid_on_desk(
        np.asarray(cv2.resize(draw_document(1, 150), (738, 520)), np.uint8), lean_deg=4.0, scale=0.9
    )
    found = find_page(picture)
    assert found is not None
    assert size_from_shape(found) == (125.0, 88.0)
    assert 120 <= seen_ppi(found, (125.0, 88.0)) <= 140


@pytest.mark.parametrize("what", ["nothing", "a hand", "noise", "the whole picture"])
def test_what_is_no_document_is_not_found(what: str) -> None:
    picture = laid_on_desk(np.full((4, 4, 3), 60, np.uint8))[0]
    if what == "a hand":
        cv2.ellipse(picture, (600, 450), (260, 180), 20, 0, 360, (150, 170, 210), -1)
        for finger in range(4):
            cv2.line(picture, (600, 450), (950, 200 + 90 * finger), (150, 170, 210), 60)
    elif what == "noise":
        picture = np.random.default_rng(5).integers(0, 256, picture.shape, np.uint8)
    elif what == "the whole picture":
        picture[:] = 220
    assert find_page(picture) is None


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 3]), st.integers(0, 2**32 - 1))
def test_any_picture_is_looked_at_without_a_fault(height: int, width: int, channels: int, seed: int) -> None:
    shape = (height, width) if channels == 1 else (height, width, channels)
    found = find_page(np.random.default_rng(seed).integers(0, 256, shape, np.uint8))
    assert found is None or found.shape == (4, 2)
