"""Ten fingers under three names each, and what lies on the glass together."""

from __future__ import annotations

import pytest

from appliance.model.position import Position
from drivers.errors import RequestUnsupported
from drivers.sbi.positions import (
    ANY_SUB_ID,
    FINGERS,
    LEFT_SLAP,
    RIGHT_SLAP,
    THUMBS,
    finger_named,
    of_placement,
    placement,
)


def test_the_fingers_are_those_that_the_appliance_knows() -> None:
    assert {finger.position for finger in FINGERS} == {position.value for position in Position}
    assert [finger.iso_code for finger in FINGERS] == list(range(1, 11))
    assert all(finger_named(finger.name) is finger for finger in FINGERS)


def test_a_slap_has_four_fingers_and_there_are_two_thumbs() -> None:
    assert [len(of_placement(sub_id)) for sub_id in (LEFT_SLAP, RIGHT_SLAP, THUMBS, ANY_SUB_ID)] == [4, 4, 2, 0]


@pytest.mark.parametrize(
    "positions",
    [
        (),
        ("left_index", "right_index"),
        ("right_thumb", "right_index"),
        ("right_index", "right_index"),
        ("right_toe",),
        ("unknown", "right_index"),
    ],
)
def test_what_does_not_lie_on_the_glass_together_is_refused(positions: tuple[str, ...]) -> None:
    with pytest.raises(RequestUnsupported):
        placement(positions)


def test_fingers_keep_their_order() -> None:
    asked = ("left_little", "left_index")
    assert tuple(finger.position for finger in placement(asked)) == asked
