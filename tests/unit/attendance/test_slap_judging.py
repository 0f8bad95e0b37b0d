"""A slap is told apart, and each finger judged by itself: on drawn hands, with nothing in between."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from appliance.attendance.slap_judging import JudgedSlap, judge_cut_out, judge_slap
from appliance.model.position import Position
from appliance.model.verdict import NOT_JUDGED
from drivers.contracts import Pixels
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from tests.unit.attendance.slaps import LEFT, RIGHT, THRESHOLDS, drawn


def judged(pixels: Pixels, thresholds: Mapping[str, int] = THRESHOLDS, ppi: int | None = 500) -> JudgedSlap:
    return judge_slap(pixels, resolution_ppi=ppi, thresholds=thresholds, forest=None)


def turned(pixels: Pixels, angle_deg: float) -> Pixels:
    height, width = pixels.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -angle_deg, 1.0)
    return np.asarray(cv2.warpAffine(pixels, turn, (width, height), borderValue=236), np.uint8)


def test_every_finger_is_found_judged_and_placed() -> None:
    slap = judged(drawn(RIGHT))
    assert slap.accepted
    assert [finger.position for finger in slap.fingers] == list(RIGHT)
    assert [finger.threshold for finger in slap.fingers] == [30, 20, 10, 10]
    across = [finger.segment.centre_x_px for finger in slap.fingers if finger.segment is not None]
    assert across == sorted(across)
    assert len(across) == 4


def test_the_placements_score_is_that_of_the_finger_furthest_from_its_threshold() -> None:
    slap = judged(drawn(RIGHT), dict.fromkeys(RIGHT[:3], 0) | {"right_little": 100})
    little = slap.fingers[-1]
    assert (slap.verdict.score, slap.threshold, slap.accepted) == (little.verdict.score, 100, False)
    assert slap.verdict.reasons == ()


def test_three_of_four_are_called_so_and_none_of_them_accepted() -> None:
    slap = judged(drawn(RIGHT[:3]))
    assert slap.verdict.reasons[0] == "fingers-missing"
    assert (slap.verdict.measures["fingers_found"], slap.verdict.measures["fingers_asked"]) == (3.0, 4.0)
    assert not any(finger.accepted for finger in slap.fingers)


def test_three_of_three_are_good_where_the_fourth_is_exempt() -> None:
    asked = {position: THRESHOLDS[position] for position in RIGHT[:3]}
    assert judged(drawn(RIGHT[:3]), asked).accepted


def test_the_other_hand_is_called_so() -> None:
    slap = judged(drawn(LEFT))
    assert slap.verdict.reasons == ("hand-side-wrong",)
    assert [(finger.position, finger.accepted) for finger in slap.fingers] == [(position, False) for position in RIGHT]
    across = [finger.segment.centre_x_px for finger in slap.fingers if finger.segment is not None]
    assert across == sorted(across)


@pytest.mark.parametrize(("angle_deg", "too_far"), [(20.0, False), (70.0, True)])
def test_a_hand_that_is_turned_too_far_is_called_so(angle_deg: float, too_far: bool) -> None:
    slap = judged(turned(drawn(RIGHT), angle_deg))
    assert ("rotated-too-far" in slap.verdict.reasons) == too_far
    assert slap.accepted != too_far


def test_one_finger_that_is_blurred_is_the_one_that_is_poor() -> None:
    pixels = drawn(RIGHT).copy()
    ring = judged(pixels).fingers[2].segment
    assert ring is not None
    left, right = round(ring.centre_x_px - ring.width_px / 2), round(ring.centre_x_px + ring.width_px / 2)
    pixels[:, left:right] = cv2.GaussianBlur(pixels[:, left:right], (0, 0), 2)
    slap = judged(pixels)
    assert [finger.position for finger in slap.fingers if not finger.accepted] == ["right_ring"]
    assert slap.verdict.reasons == slap.fingers[2].verdict.reasons


def test_at_1000_ppi_the_fingers_are_found_and_scored_as_at_500() -> None:
    fine = cv2.resize(drawn(RIGHT), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    slap = judged(np.asarray(fine, np.uint8), ppi=1000)
    assert slap.accepted
    segment = slap.fingers[0].segment
    coarse = judged(drawn(RIGHT)).fingers[0].segment
    assert segment is not None
    assert coarse is not None
    assert segment.centre_x_px == pytest.approx(2 * coarse.centre_x_px, abs=20)


@pytest.mark.parametrize(
    ("pixels", "ppi", "reason"),
    [
        (np.full((1500, 1600), 236, np.uint8), 500, "fingers-missing"),
        (np.zeros((1, 1), np.uint8), 500, "fingers-missing"),
        (np.full((1500, 1600), 236, np.uint8), None, "resolution-unknown"),
        (np.full((1500, 1600), 236, np.uint8), 300, "resolution-too-low"),
        (np.full((1500, 1600, 3), 236, np.uint8), 500, "not-an-image"),
        (np.full((9000, 9000), 236, np.uint8), 500, "image-not-judged"),
    ],
)
def test_what_shows_no_fingers_is_not_judged_and_raises_nothing(pixels: Pixels, ppi: int | None, reason: str) -> None:
    slap = judged(pixels, ppi=ppi)
    assert (slap.verdict.score, slap.fingers, slap.accepted) == (NOT_JUDGED, (), False)
    assert slap.verdict.reasons == (reason,)


@given(
    nps.arrays(np.uint8, st.tuples(st.integers(0, 300), st.integers(0, 300)), elements=st.integers(0, 255)),
    st.one_of(st.none(), st.integers(1, 4000)),
)
def test_no_image_whatever_makes_it_raise(pixels: Pixels, ppi: int | None) -> None:
    assert 0 <= judged(pixels, ppi=ppi).verdict.score <= NOT_JUDGED


def test_fingers_that_the_scanner_cut_out_are_judged_without_being_looked_for() -> None:
    images = {position: (draw_fingerprint(1, position, 0), 500) for position in RIGHT}
    slap = judge_cut_out(images, thresholds=THRESHOLDS, forest=None)
    assert slap.accepted
    assert [finger.segment for finger in slap.fingers] == [None] * 4
    three = judge_cut_out({p: images[p] for p in RIGHT[:3]}, thresholds=THRESHOLDS, forest=None)
    assert three.verdict.reasons == ("fingers-missing",)


def test_a_whole_placement_ranks_above_one_that_lacks_a_finger() -> None:
    thumbs = {Position.RIGHT_THUMB.value: 30, Position.LEFT_THUMB.value: 30}
    assert judged(drawn(RIGHT)).rank > judged(drawn(RIGHT[:3])).rank
    assert judged(drawn(tuple(thumbs)), thumbs).accepted
