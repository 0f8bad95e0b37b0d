"""Where a finger lies in an impression of one."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.fingerprint.foreground import foreground
from drivers.contracts import Pixels
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from tests.unit.fingerprint.drawn_slaps import draw
from tests.unit.fingerprint.hands import Finger, Pad


def _impression(
    seed: int, angle_deg: float, size_px: tuple[int, int] = (600, 640)
) -> tuple[Pixels, tuple[float, float]]:
    slap = draw(
        np.random.default_rng(seed),
        (Finger(0, (Pad(0, 0, 0, 13.0, 20.0, 0.8),)),),
        angle_deg=angle_deg,
        size_px=size_px,
    )
    return slap.pixels, slap.fingers[0].centre


@pytest.mark.parametrize("angle_deg", [-60.0, -30.0, 0.0, 20.0, 45.0])
def test_place_area_and_angle_are_right(angle_deg: float) -> None:
    for seed in range(4):
        pixels, centre = _impression(seed, angle_deg)
        where = foreground(pixels)
        assert where is not None
        assert np.hypot(where.centre[0] - centre[0], where.centre[1] - centre[1]) < 14
        assert where.area_mm2 == pytest.approx(np.pi / 4 * 13 * 20 * 1.08, rel=0.15)
        assert abs(where.angle_deg - angle_deg) < 6
        assert not any(where.touches)
        left, top, right, bottom = where.box
        assert left < centre[0] < right
        assert top < centre[1] < bottom


def test_a_finger_at_the_border_touches_it() -> None:
    pixels, (x, y) = _impression(1, 0.0)
    cuts = {
        0: pixels[:, int(x) :],
        1: pixels[int(y) :],
        2: pixels[:, : int(x)],
        3: pixels[: int(y)],
    }
    for side, cut in cuts.items():
        where = foreground(np.ascontiguousarray(cut[: cut.shape[0] // 8 * 8, : cut.shape[1] // 8 * 8]))
        assert where is not None
        assert where.touches == tuple(number == side for number in range(4))


def test_nothing_placed_is_nothing() -> None:
    rng = np.random.default_rng(0)
    assert foreground(np.full((374, 388), 240, np.uint8)) is None
    assert foreground(np.asarray(np.clip(rng.normal(230, 4, (374, 388)), 0, 255), np.uint8)) is None


def test_the_simulated_readers_impressions_are_seen() -> None:
    for seed in range(3):
        where = foreground(draw_fingerprint(seed, "right_index", 0))
        assert where is not None
        assert 120 < where.area_mm2 < 600


def test_an_impression_takes_about_a_millisecond(record_property: Callable[[str, object], None]) -> None:
    pixels, _ = _impression(2, 10.0, (388, 374))
    times = []
    for _ in range(50):
        begin = time.thread_time()
        foreground(pixels)
        times.append(time.thread_time() - begin)
    record_property("ms an impression of 388 x 374, median", round(float(np.median(times)) * 1e3, 2))
    assert min(times) < 0.003


@pytest.mark.shared
def test_every_real_impression_has_a_finger_in_it(shared_data: Path) -> None:
    files = sorted((shared_data / "fingerprint").glob("fvc*/*.tif"))
    assert files
    for file in files:
        image = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        assert image is not None
        where = foreground(np.asarray(image, np.uint8))
        assert where is not None
        assert where.area_mm2 > 35
