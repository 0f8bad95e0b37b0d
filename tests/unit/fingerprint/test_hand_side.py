"""The side of a hand from its tips: the same for both hands, and no surer than the tips allow."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.fingerprint.hand_shape import Tips
from appliance.fingerprint.hand_side import read_hand

RIGHT = Tips(
    np.array([[0.0, 18.0, 36.0, 54.0]]),
    np.array([[-12.0, 0.0, -8.0, -31.0]]),
    np.array([[14.6, 14.8, 13.9, 12.1]]),
    np.zeros((1, 4), np.bool_),
)


def _of(tips: Tips, chosen: list[int]) -> Tips:
    return Tips(*(values[:, chosen] for values in vars(tips).values()))


def test_a_hand_and_its_mirror_image_are_two_hands() -> None:
    right, left = read_hand(RIGHT)[0], read_hand(RIGHT.mirrored())[0]
    assert (right.side, right.fingers) == ("right", (0, 1, 2, 3))
    assert (left.side, left.fingers) == ("left", (3, 2, 1, 0))
    assert right.right_probability == pytest.approx(1 - left.right_probability)
    assert right.confidence > 0.99


def test_four_fingers_that_lie_alike_on_both_sides_are_of_either_hand() -> None:
    even = Tips(RIGHT.across_mm, np.array([[-15.0, 0.0, 0.0, -15.0]]), np.full((1, 4), 14.0), RIGHT.is_cut)
    assert read_hand(even)[0].confidence == pytest.approx(0.5, abs=1e-6)


def test_one_finger_says_nothing_and_two_say_little() -> None:
    one = read_hand(_of(RIGHT, [1]))[0]
    assert one.confidence == pytest.approx(0.5, abs=1e-6)
    assert read_hand(_of(RIGHT, [0, 1]))[0].confidence < 0.95


def test_which_finger_is_missing_is_read_from_the_others() -> None:
    for missing in range(4):
        rest = [number for number in range(4) if number != missing]
        known = read_hand(_of(RIGHT, rest), present=rest)[0]
        assert known.fingers in (tuple(rest), tuple(reversed(rest)))
    assert read_hand(_of(RIGHT, [0, 2, 3]))[0].fingers == (0, 2, 3)
    assert read_hand(_of(RIGHT, [1, 2, 3]))[0].fingers == (1, 2, 3)


def test_a_known_side_is_kept() -> None:
    reading = read_hand(RIGHT, only="left")[0]
    assert (reading.side, reading.fingers) == ("left", (3, 2, 1, 0))


def test_how_a_hand_is_turned_or_moved_matters_little() -> None:
    lean = np.radians(4.0)
    turned = Tips(
        RIGHT.across_mm + 300,
        RIGHT.along_mm + RIGHT.across_mm * np.tan(lean) - 70,
        RIGHT.width_mm * 0.9,
        RIGHT.is_cut,
    )
    assert read_hand(turned)[0].right_probability > 0.98
