"""A fingertip's box: its corners, its upright box, and the image cut out of the slap along it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from appliance.fingerprint.finger_segment import FingerSegment
from drivers.contracts import Pixels

WIDTH, HEIGHT = 240, 360


@pytest.fixture(scope="module")
def slap() -> Pixels:
    """Grey hills, no two places alike."""
    noise = np.random.default_rng(1).uniform(0, 255, (60, 64)).astype(np.float32)
    return np.asarray(np.clip(cv2.resize(noise, (1024, 960), interpolation=cv2.INTER_CUBIC), 0, 255), np.uint8)


def _segment(angle_deg: float, centre: tuple[float, float] = (500.0, 480.0)) -> FingerSegment:
    return FingerSegment(2, centre, angle_deg, float(WIDTH), float(HEIGHT), is_cut=False)


def test_an_upright_crop_is_the_slaps_own_pixels(slap: Pixels) -> None:
    crop = _segment(0.0).crop(slap)
    assert np.array_equal(crop, slap[480 - HEIGHT // 2 : 480 + HEIGHT // 2, 500 - WIDTH // 2 : 500 + WIDTH // 2])


@pytest.mark.parametrize("angle_deg", [-45.0, -20.0, 10.0, 45.0])
def test_a_turned_crop_is_what_a_turned_slap_shows_upright(slap: Pixels, angle_deg: float) -> None:
    turn = cv2.getRotationMatrix2D((499.5, 479.5), -angle_deg, 1.0)
    turned = np.asarray(cv2.warpAffine(slap, turn, (1024, 960), flags=cv2.INTER_CUBIC), np.uint8)
    there, here = _segment(angle_deg).crop(turned), _segment(0.0).crop(slap)
    assert np.abs(there.astype(float) - here).mean() < 2.0


def test_a_crop_beyond_the_slap_is_white(slap: Pixels) -> None:
    crop = _segment(30.0).crop(slap, margin_px=2000)
    assert crop.shape == (HEIGHT + 4000, WIDTH + 4000)
    assert (crop[0] == 255).all()


@pytest.mark.parametrize("angle_deg", [-45.0, 0.0, 30.0])
def test_corners_go_round_from_the_upper_left(angle_deg: float) -> None:
    finger = _segment(angle_deg)
    first, second, third, fourth = finger.corners
    assert np.hypot(*(second - first)) == pytest.approx(WIDTH)
    assert np.hypot(*(fourth - first)) == pytest.approx(HEIGHT)
    assert (first + third) / 2 == pytest.approx(np.array(finger.centre))
    up = first - fourth
    assert np.degrees(np.arctan2(up[0], -up[1])) == pytest.approx(angle_deg)


def test_the_upright_box_holds_all_corners_and_ends_at_the_slap() -> None:
    assert _segment(0.0).upright_box((960, 1024)) == (380, 620, 300, 660)
    assert _segment(0.0, (20.0, 20.0)).upright_box((960, 1024)) == (0, 140, 0, 200)
    left, right, top, bottom = _segment(40.0).upright_box((960, 1024))
    assert right - left > WIDTH
    assert bottom - top > HEIGHT
