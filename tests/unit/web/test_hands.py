"""The drawn hands: which fingers are laid down, what an earlier attempt gave of each, what is exempt."""

from __future__ import annotations

import pytest

from appliance.attendance.target import Exemption, Target, hand_target, placement_target
from appliance.attendance.turns import after_attempt, after_exemption
from appliance.model.attendance import ExemptionReason
from appliance.model.placement import Placement
from appliance.model.position import Position
from appliance.web import guidance
from appliance.web.hands import hands
from tests.unit.attendance.slaps import RIGHT, slap

GOOD = dict.fromkeys(RIGHT, 60)


@pytest.fixture
def target() -> Target:
    return placement_target(Placement.RIGHT_FOUR, 3)


def states(target: Target) -> dict[str, dict[str, str]]:
    return {hand.side: {finger.finger: finger.state for finger in hand.fingers} for hand in hands(target)}


def test_a_single_finger_is_of_one_hand() -> None:
    assert list(states(hand_target(Position.LEFT_INDEX, 3))) == ["left"]


def test_a_placement_asks_for_all_its_fingers_at_once(target: Target) -> None:
    asked = {"thumb": "rest", "index": "asked", "middle": "asked", "ring": "asked", "little": "asked"}
    assert states(target) == {"right": asked}
    thumbs = states(placement_target(Placement.TWO_THUMBS, 3))
    assert [(side, drawn["thumb"], drawn["index"]) for side, drawn in thumbs.items()] == [
        ("left", "asked", "rest"),
        ("right", "asked", "rest"),
    ]


def test_what_an_attempt_gave_is_marked_on_each_finger_and_all_are_laid_down_again(target: Target) -> None:
    tried = after_attempt(target, slap(target, GOOD | {"right_ring": 3}))
    drawn = states(tried)["right"]
    assert (drawn["index"], drawn["ring"], drawn["little"]) == ("good", "poor", "good")
    done = states(after_attempt(tried, slap(tried, GOOD)))["right"]
    assert {done[finger] for finger in ("index", "middle", "ring", "little")} == {"done"}


def test_good_fingers_of_a_doubtful_slap_are_not_called_poor(target: Target) -> None:
    three = dict.fromkeys(RIGHT[:3], 60)
    drawn = states(after_attempt(target, slap(target, three, reasons=("fingers-missing",))))["right"]
    assert set(drawn.values()) == {"rest", "asked"}


def test_the_hints_name_the_finger_that_is_poor(target: Target) -> None:
    tried = after_attempt(target, slap(target, GOOD | {"right_ring": 3}))
    assert [(hint.position, hint.reason) for hint in guidance.slap_hints(tried)] == [("right_ring", "")]
    three = after_attempt(target, slap(target, GOOD, reasons=("hand-side-wrong",)))
    assert [(hint.position, hint.reason) for hint in guidance.slap_hints(three)] == [("", "hand-side-wrong")]


def test_an_exempt_finger_is_marked_so(target: Target) -> None:
    gone = Exemption(position="right_ring", reason=ExemptionReason.MISSING, permanent=True)
    assert states(after_exemption(target, gone))["right"]["ring"] == "exempt"
