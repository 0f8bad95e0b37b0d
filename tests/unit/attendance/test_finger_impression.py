"""Which impressions an attempt holds, and that what is found in them stays with them."""

from __future__ import annotations

import msgspec
import pytest

from appliance.attendance.finger_impression import Findings, ImpressionKey, fingers_of, with_findings
from appliance.attendance.target import document_target, hand_target, placement_target
from appliance.model.capture import Attempt
from appliance.model.liveness import LivenessHints
from appliance.model.placement import Placement
from appliance.model.position import Position
from appliance.model.resemblance import Resemblance
from tests.unit.attendance.makers import attempt
from tests.unit.attendance.slaps import RIGHT, slap

HAND = hand_target(Position.RIGHT_INDEX, 3)
FOUR = placement_target(Placement.RIGHT_FOUR, 3)
SLAP = slap(FOUR, dict.fromkeys(RIGHT, 60), part="slap.png")


def test_an_attempt_at_one_finger_is_one_impression() -> None:
    made = attempt(HAND, 80)
    (one,) = fingers_of(made)
    assert (one.taken, one.position, one.key, one.segment) == (made, "right_index", ("x.png", ""), None)


def test_a_placement_is_one_impression_a_finger() -> None:
    ones = fingers_of(SLAP)
    assert [one.key for one in ones] == [("slap.png", position) for position in RIGHT]
    assert all(one.segment is not None and one.attempt is SLAP for one in ones)


@pytest.mark.parametrize(
    "made",
    [
        attempt(document_target(3), 80),
        attempt(HAND, 80, image=False),
        slap(FOUR, {}, reasons=("fingers-missing",)),
        slap(FOUR, dict.fromkeys(RIGHT, 60), image=False),
    ],
    ids=["a document", "nobody came", "no finger told apart", "a damaged image"],
)
def test_without_a_finger_s_image_there_is_no_impression(made: Attempt) -> None:
    assert fingers_of(made) == ()
    assert with_findings(made, {}) == made


def test_what_is_found_stays_with_its_finger_and_changes_nothing_else() -> None:
    found = {
        ImpressionKey("slap.png", position): Findings(
            Resemblance(minutiae=number), LivenessHints(hints=(), score=number / 10)
        )
        for number, position in enumerate(RIGHT)
    }
    made = with_findings(SLAP, found)
    assert [finger.resemblance and finger.resemblance.minutiae for finger in made.fingers] == [0, 1, 2, 3]
    assert [finger.liveness and finger.liveness.score for finger in made.fingers] == [0.0, 0.1, 0.2, 0.3]
    bare = tuple(msgspec.structs.replace(finger, resemblance=None, liveness=None) for finger in made.fingers)
    assert msgspec.structs.replace(made, fingers=bare) == SLAP
