"""The portrait that is made of an assessed still, judged again as the picture that is handed on."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.quality.face import SimpleFaceAssessor
from appliance.quality.face_assessor import MadePortrait
from appliance.quality.iso29794_5.portrait_profiles import LIVE, PERMIT, PortraitAge, PortraitWanted
from appliance.quality.portrait import PortraitAssessor
from drivers.contracts import Pixels
from drivers.simulated.drawn.face import draw_face

PERMIT_OF_AN_ADULT = PortraitWanted(PERMIT, PortraitAge.ADULT)


def made_of(portraits: PortraitAssessor, still: Pixels, wanted: PortraitWanted) -> MadePortrait:
    compose = portraits.assess_still(still, wanted=wanted).compose
    assert compose is not None
    return compose()


def missed(made: MadePortrait) -> set[str]:
    return {one.name for one in made.criteria if not one.met and one.name != "expression"}


def test_a_camera_with_enough_pixels_gives_a_permits_portrait(portraits: PortraitAssessor) -> None:
    made = made_of(portraits, draw_face(1, 2160, 2160, head_share=0.66, chin_up=0.08), PERMIT_OF_AN_ADULT)
    assert made.portrait.pixels.shape == (1600, 1244, 3)
    assert not made.portrait.enlarged
    assert made.verdict.accepted(40)
    assert missed(made) == set()


def test_one_with_too_few_says_so_and_refuses_nobody(portraits: PortraitAssessor) -> None:
    still = draw_face(1, 720, 1280, head_share=0.62, chin_up=0.08)
    made = made_of(portraits, still, PERMIT_OF_AN_ADULT)
    assert made.portrait.pixels.shape == (1600, 1244, 3)
    assert made.portrait.enlarged
    assert missed(made) == {"inter-eye-distance"}
    assert "camera-too-coarse" in made.verdict.advice
    assert made.verdict.accepted(40)
    seen = portraits.assess(still).measures["between_eyes_px"]
    assert made.verdict.measures["between_eyes_px"] == pytest.approx(seen, abs=2), "what was enlarged shows no more"


def test_the_same_still_makes_a_live_portrait_with_nothing_missed(portraits: PortraitAssessor) -> None:
    still = draw_face(1, 720, 1280, head_share=0.66, chin_up=0.08)
    made = made_of(portraits, still, PortraitWanted(LIVE))
    assert missed(made) == set()


def test_a_smaller_childs_limits_are_wider(portraits: PortraitAssessor) -> None:
    nodding = draw_face(3, 720, 1280)
    adult = portraits.glance(nodding, wanted=PortraitWanted(LIVE))
    small = portraits.glance(nodding, wanted=PortraitWanted(LIVE, PortraitAge.UNDER_SIX))
    assert "chin-up" in adult.advice
    assert "chin-up" not in small.advice


def test_somebody_beside_counts_also_where_the_portrait_leaves_them_out(portraits: PortraitAssessor) -> None:
    both = np.ascontiguousarray(np.hstack([draw_face(2, 720, 640), draw_face(3, 720, 640)]))
    made = made_of(portraits, both, PERMIT_OF_AN_ADULT)
    assert "several-faces" in made.verdict.reasons
    assert "one-person" in missed(made)


def test_of_nobody_none_is_made_nor_where_no_points_are_known(portraits: PortraitAssessor) -> None:
    assert portraits.assess_still(np.full((480, 640, 3), 190, np.uint8)).compose is None
    assert SimpleFaceAssessor().assess_still(draw_face(2, 480, 640)).compose is None
