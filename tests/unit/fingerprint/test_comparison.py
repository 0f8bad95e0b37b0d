"""What a comparison of two impressions can be relied on for, on fingers made of numbers and on drawn ones."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from appliance.fingerprint.comparison import NOTHING, compare
from appliance.fingerprint.template import Template, template_of
from appliance.fingerprint.uniqueness import THRESHOLD
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from tests.unit.fingerprint.made_finger import MadeFinger, make_finger

CLEARLY_ALIKE = 0.45
CLEARLY_OTHER = 0.25


@pytest.fixture(scope="module")
def finger() -> MadeFinger:
    return make_finger(1)


@pytest.fixture(scope="module")
def template(finger: MadeFinger) -> Template:
    return finger.impression()


@pytest.mark.parametrize("turn_deg", [-170, -45, -10, 20, 90, 180])
def test_a_turned_finger_is_the_same_and_the_turn_is_found(
    finger: MadeFinger, template: Template, turn_deg: int
) -> None:
    found = compare(template, finger.impression(turn_deg=turn_deg))
    assert found.score > CLEARLY_ALIKE
    assert abs((found.motion.turn_deg - turn_deg + 180) % 360 - 180) < 2


@pytest.mark.parametrize("shift_px", [(60.0, 0.0), (-40.0, 80.0), (0.0, -110.0)])
def test_a_shifted_finger_is_the_same_and_the_shift_is_found(
    finger: MadeFinger, template: Template, shift_px: tuple[float, float]
) -> None:
    found = compare(template, finger.impression(shift_px=shift_px))
    assert found.score > CLEARLY_ALIKE
    assert abs(found.motion(template.places[:1])[0] - template.places[0] - complex(*shift_px)) < 3


@pytest.mark.parametrize(("lost", "false", "jitter_px"), [(0.3, 0, 0), (0, 15, 0), (0, 0, 3), (0.2, 8, 2)])
def test_missing_false_and_inexact_minutiae_do_not_hide_it(
    finger: MadeFinger, template: Template, lost: float, false: int, jitter_px: float
) -> None:
    other = finger.impression(turn_deg=25, shift_px=(30, -20), lost=lost, false=false, jitter_px=jitter_px, seed=3)
    assert compare(template, other).score > CLEARLY_ALIKE


def test_the_more_minutiae_are_lost_the_lower_the_score(finger: MadeFinger, template: Template) -> None:
    scores = [compare(template, finger.impression(turn_deg=10, lost=lost)).score for lost in (0, 0.25, 0.5, 0.8)]
    assert scores == sorted(scores, reverse=True)


def test_nothing_is_more_like_an_impression_than_itself(finger: MadeFinger, template: Template) -> None:
    own = compare(template, template)
    assert own.motion.turn_deg == pytest.approx(0, abs=0.5)
    others = [finger.impression(turn_deg=5, lost=0.1), finger.impression(false=5), make_finger(2).impression()]
    assert own.score > max(compare(template, other).score for other in others)


def test_different_fingers_are_far_apart() -> None:
    templates = [make_finger(seed, 30 + 3 * seed).impression(turn_deg=7 * seed) for seed in range(10, 18)]
    assert max(compare(a, b).score for a, b in itertools.combinations(templates, 2)) < CLEARLY_OTHER


def test_the_order_does_not_matter(finger: MadeFinger) -> None:
    templates = [
        finger.impression(),
        finger.impression(turn_deg=40, shift_px=(25, 10), lost=0.3, false=6, jitter_px=2),
        make_finger(5).impression(),
        make_finger(6, 70).impression(),
    ]
    for a, b in itertools.combinations(templates, 2):
        there, back = compare(a, b), compare(b, a)
        assert there.score == pytest.approx(back.score, abs=1e-3)
        assert abs(there.motion.turn * back.motion.turn - 1) < 0.01


def test_it_is_the_same_each_time(finger: MadeFinger, template: Template) -> None:
    other = finger.impression(turn_deg=12, lost=0.2)
    assert compare(template, other) == compare(template, finger.impression(turn_deg=12, lost=0.2))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_almost_no_minutiae_prove_nothing(template: Template, count: int) -> None:
    few = make_finger(3, count).impression()
    assert len(few) == count
    for a, b in [(few, template), (template, few), (few, few)]:
        assert 0 <= compare(a, b).score < CLEARLY_OTHER
    if not count:
        assert compare(few, template) == NOTHING


def test_a_blank_image_has_a_template_that_is_like_nothing(template: Template) -> None:
    blank = template_of(np.full((400, 300), 255, np.uint8))
    assert len(blank) == 0
    assert compare(blank, blank) == compare(blank, template) == NOTHING


def test_drawn_impressions_of_one_finger_are_told_from_those_of_others() -> None:
    positions = ("right_index", "left_index", "right_thumb")
    templates = {
        (position, attempt): template_of(draw_fingerprint(7, position, attempt))
        for position in positions
        for attempt in range(2)
    }
    scores = {(a, b): compare(templates[a], templates[b]).score for a, b in itertools.combinations(templates, 2)}
    same = [score for (a, b), score in scores.items() if a[0] == b[0]]
    other = [score for (a, b), score in scores.items() if a[0] != b[0]]
    assert min(same) > CLEARLY_ALIKE > THRESHOLD > max(other)
