"""The four-finger slaps of NIST's ten-print card, with its writing, its text, its punched holes and its neighbours'
prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.fingerprint.slap import LEFT_FOUR, RIGHT_FOUR, TWO_THUMBS, Reason, segments
from tests.unit.fingerprint.card_slaps import CENTRES, LEAN_DEG, Image, card_slaps, mirrored, turned

Floats = NDArray[np.float64]

pytestmark = pytest.mark.shared

_NEAR_PX = 60


@pytest.fixture(scope="module")
def slaps(shared_data: Path) -> dict[int, Image]:
    pytest.importorskip("wsq")
    return card_slaps(shared_data / "nist" / "type-4-slaps.an2")


def _asked(position: int, is_mirrored: bool) -> tuple[int, ...]:
    return RIGHT_FOUR if (position == 13) != is_mirrored else LEFT_FOUR


@pytest.mark.parametrize("is_mirrored", [False, True])
@pytest.mark.parametrize("position", [13, 14])
def test_every_finger_is_found_and_the_hand_told(slaps: dict[int, Image], position: int, is_mirrored: bool) -> None:
    image, true = slaps[position], CENTRES[position]
    if is_mirrored:
        image, true = mirrored(image, true)
    asked = _asked(position, is_mirrored)
    result = segments(image, 500, asked)
    assert (result.found, result.reasons) == (4, ())
    assert result.side == ("right" if asked == RIGHT_FOUR else "left")
    assert result.side_confidence > 0.95
    for finger, centre in zip(result.fingers, true, strict=True):
        assert np.hypot(*(np.array(finger.centre) - centre)) < _NEAR_PX
    other = segments(image, 500, _asked(position, not is_mirrored))
    assert other.reasons == (Reason.HAND_SIDE_WRONG,)


@pytest.mark.parametrize("missing", range(4))
@pytest.mark.parametrize("position", [13, 14])
def test_a_finger_wiped_out_is_noticed(slaps: dict[int, Image], position: int, missing: int) -> None:
    image = slaps[position].copy()
    x, y = CENTRES[position][missing]
    outline = [(x - 235, 0), (x + 135, 0), (x + 170, y), (x + 295, 1000), (x - 75, 1000), (x - 170, y)]
    cv2.fillPoly(image, [np.array(outline, np.int32)], (240.0,))
    placed = [turned(image, CENTRES[position], angle_deg - LEAN_DEG)[0] for angle_deg in range(-40, 41, 20)]
    for seen in (image, *placed):
        result = segments(seen, 500, _asked(position, is_mirrored=False))
        assert result.found == 3
        assert Reason.FINGERS_MISSING in result.reasons


@pytest.mark.parametrize("angle_deg", range(-45, 46, 45))
def test_the_angle_of_the_left_slap_is_seen(slaps: dict[int, Image], angle_deg: int) -> None:
    image, _ = turned(slaps[14], CENTRES[14], angle_deg - LEAN_DEG, fill=235.0)
    result = segments(image, 500, LEFT_FOUR)
    assert (result.found, result.side, result.reasons) == (4, "left", ())
    assert abs(result.angle_deg - angle_deg) < 5


_SEEN: dict[str, tuple[dict[str, Any], Callable[[Floats], Floats]]] = {
    "as it is": ({}, lambda pixels: pixels),
    "on white": ({"fill": 255.0}, lambda pixels: pixels),
    "smaller": ({"scale": 0.9}, lambda pixels: pixels),
    "larger": ({"scale": 1.1}, lambda pixels: pixels),
    "shifted": ({"shift_px": (80, -50)}, lambda pixels: pixels),
    "noisy": ({}, lambda pixels: pixels + np.random.default_rng(0).normal(0.0, 10.0, pixels.shape)),
    "faint": ({}, lambda pixels: 245 - (245 - pixels) * 0.5),
}


@pytest.mark.parametrize("seen", _SEEN)
@pytest.mark.parametrize("is_mirrored", [False, True])
@pytest.mark.parametrize("position", [13, 14])
def test_a_slap_may_be_turned_by_45_degrees_either_way(
    slaps: dict[int, Image], position: int, is_mirrored: bool, seen: str
) -> None:
    image, points, lean_deg = slaps[position], CENTRES[position], LEAN_DEG
    if is_mirrored:
        (image, points), lean_deg = mirrored(image, points), -lean_deg
    asked = _asked(position, is_mirrored)
    names = [*asked] if asked == RIGHT_FOUR else [*reversed(asked)]
    placement, light = _SEEN[seen]
    for angle_deg in range(-45, 46, 3):
        placed, true = turned(image, points, angle_deg - lean_deg, **placement)
        pixels = np.clip(light(placed.astype(np.float64)), 0, 255).astype(np.uint8)
        result = segments(pixels, 500, asked)
        assert (result.found, result.reasons) == (4, ()), angle_deg
        assert result.side == ("right" if asked == RIGHT_FOUR else "left")
        assert [finger.position for finger in result.fingers] == names
        away = np.array([finger.centre for finger in result.fingers]) - true
        assert np.hypot(*away.T).max() < _NEAR_PX, angle_deg


def test_the_thumbs_are_found_under_their_writing_alone_and_side_by_side(slaps: dict[int, Image]) -> None:
    right, left = slaps[11], slaps[12]
    for image, position, centre in ((right, 1, (260, 560)), (left, 6, (196, 588))):
        result = segments(image, 500, (position,))
        assert (result.found, result.reasons) == (1, ())
        assert np.hypot(*(np.array(result.fingers[0].centre) - centre)) < _NEAR_PX
    both = segments(np.hstack([left, np.full((1000, 300), 240, np.uint8), right]), 500, TWO_THUMBS)
    assert (both.found, both.reasons) == (2, ())
    assert [finger.position for finger in both.fingers] == [6, 1]
