"""The four-finger slaps of NIST's ten-print card, with its writing, its text, its punched holes and its neighbours'
prints."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from appliance.fingerprint.slap import LEFT_FOUR, RIGHT_FOUR, TWO_THUMBS, Reason, segments
from tests.unit.fingerprint.card_slaps import Image, card_slaps

pytestmark = pytest.mark.shared

CENTRES = {
    14: [(293, 783), (592, 319), (918, 164), (1279, 367)],
    13: [(263, 717), (556, 263), (935, 224), (1358, 582)],
}
"""Of the fingertips from left to right, as seen by eye, in pixels; the card's middle fingers are cut by its frame."""
_NEAR_PX = 60


@pytest.fixture(scope="module")
def slaps(shared_data: Path) -> dict[int, Image]:
    pytest.importorskip("wsq")
    return card_slaps(shared_data / "nist" / "type-4-slaps.an2")


def _asked(position: int, mirrored: bool) -> tuple[int, ...]:
    return RIGHT_FOUR if (position == 13) != mirrored else LEFT_FOUR


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("position", [13, 14])
def test_every_finger_is_found_and_the_hand_told(slaps: dict[int, Image], position: int, mirrored: bool) -> None:
    image = slaps[position][:, ::-1] if mirrored else slaps[position]
    width = image.shape[1]
    true = [(width - 1 - x, y) for x, y in reversed(CENTRES[position])] if mirrored else CENTRES[position]
    asked = _asked(position, mirrored)
    result = segments(image, 500, asked)
    assert (result.found, result.reasons) == (4, ())
    assert result.side == ("right" if asked == RIGHT_FOUR else "left")
    assert result.side_confidence > 0.95
    for finger, centre in zip(result.fingers, true, strict=True):
        assert np.hypot(*(np.array(finger.centre) - centre)) < _NEAR_PX
    other = segments(image, 500, _asked(position, not mirrored))
    assert other.reasons == (Reason.HAND_SIDE_WRONG,)


@pytest.mark.parametrize("missing", range(4))
@pytest.mark.parametrize("position", [13, 14])
def test_a_finger_wiped_out_is_noticed(slaps: dict[int, Image], position: int, missing: int) -> None:
    image = slaps[position].copy()
    x, y = CENTRES[position][missing]
    outline = [(x - 235, 0), (x + 135, 0), (x + 170, y), (x + 295, 1000), (x - 75, 1000), (x - 170, y)]
    cv2.fillPoly(image, [np.array(outline, np.int32)], (240.0,))
    result = segments(image, 500, _asked(position, mirrored=False))
    assert result.found == 3
    assert Reason.FINGERS_MISSING in result.reasons


@pytest.mark.parametrize("angle_deg", range(-45, 46, 45))
def test_the_left_slap_may_be_turned(slaps: dict[int, Image], angle_deg: int) -> None:
    image = slaps[14]
    height, width = image.shape
    side = int(np.hypot(height, width))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -(angle_deg + 10.0), 1.0)
    turn[:, 2] += [(side - width) / 2, (side - height) / 2]
    turned = np.asarray(cv2.warpAffine(image, turn, (side, side), borderValue=(235.0,)), np.uint8)
    result = segments(turned, 500, LEFT_FOUR)
    assert (result.found, result.side, result.reasons) == (4, "left", ())
    assert abs(result.angle_deg - angle_deg) < 5


def test_the_thumbs_are_found_under_their_writing_alone_and_side_by_side(slaps: dict[int, Image]) -> None:
    right, left = slaps[11], slaps[12]
    for image, position, centre in ((right, 1, (260, 560)), (left, 6, (196, 588))):
        result = segments(image, 500, (position,))
        assert (result.found, result.reasons) == (1, ())
        assert np.hypot(*(np.array(result.fingers[0].centre) - centre)) < _NEAR_PX
    both = segments(np.hstack([left, np.full((1000, 300), 240, np.uint8), right]), 500, TWO_THUMBS)
    assert (both.found, both.reasons) == (2, ())
    assert [finger.position for finger in both.fingers] == [6, 1]
