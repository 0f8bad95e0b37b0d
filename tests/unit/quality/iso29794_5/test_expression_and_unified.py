"""Rest scores best, more of any movement never better; and one figure that a better component never makes worse."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.model.verdict import Component
from appliance.quality.iso29794_5.estimated.expression import WEIGHTS, expression
from appliance.quality.iso29794_5.estimated.unified import WEIGHTS as COUNTED
from appliance.quality.iso29794_5.estimated.unified import unified

MOVEMENTS = [name for side in WEIGHTS for name in side]
REST = dict.fromkeys(MOVEMENTS, 0.0)
SHARE = st.floats(0, 1)
SCALAR = st.integers(0, 100)


def _expression(**moved: float) -> Component:
    found = expression({**REST, **moved})
    assert found is not None
    return found


def test_a_face_at_rest_is_neutral() -> None:
    assert _expression() == Component(raw=0.0, scalar=100)


@pytest.mark.parametrize(
    ("moved", "least", "most"),
    [
        ({"browDownLeft": 0.75, "browDownRight": 0.7, "mouthPressLeft": 0.45, "mouthRollLower": 0.5}, 90, 100),
        ({"mouthSmileLeft": 0.9, "mouthSmileRight": 0.9}, 0, 5),
        ({"jawOpen": 0.8}, 0, 5),
        ({"mouthSmileLeft": 0.15, "mouthSmileRight": 0.1}, 95, 100),
    ],
)
def test_what_a_resting_face_shows_counts_little_and_a_smile_much(
    moved: dict[str, float], least: int, most: int
) -> None:
    assert least <= _expression(**moved).scalar <= most


@pytest.mark.parametrize("name", MOVEMENTS)
@given(one=SHARE, other=SHARE)
def test_more_of_any_movement_never_scores_better(name: str, one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert _expression(**{name: less}).scalar >= _expression(**{name: more}).scalar
    assert _expression(**{name: less}).raw <= _expression(**{name: more}).raw


def test_one_side_counts_as_both() -> None:
    assert _expression(mouthSmileLeft=0.6) == _expression(mouthSmileLeft=0.6, mouthSmileRight=0.6)


def test_closed_eyes_and_gaze_are_other_components_matter() -> None:
    assert _expression(eyeBlinkLeft=1.0, eyeLookUpLeft=1.0) == _expression()


@pytest.mark.parametrize("missing", MOVEMENTS)
def test_a_movement_that_is_not_known_leaves_the_component_out(missing: str) -> None:
    assert expression({name: value for name, value in REST.items() if name != missing}) is None
    assert expression({**REST, missing: math.nan}) is None


def _components(scalars: dict[str, int]) -> dict[str, Component]:
    return {name: Component(raw=0.0, scalar=scalar) for name, scalar in scalars.items()}


@given(st.fixed_dictionaries(dict.fromkeys(COUNTED, SCALAR)), st.sampled_from(sorted(COUNTED)), SCALAR)
def test_a_better_component_never_makes_the_whole_worse(scalars: dict[str, int], name: str, other: int) -> None:
    before = unified(_components(scalars))
    after = unified(_components({**scalars, name: max(scalars[name], other)}))
    assert before is not None
    assert after is not None
    assert after.scalar >= before.scalar


def test_the_whole_is_best_when_all_is_best_and_bad_when_one_thing_is_very_bad() -> None:
    best = dict.fromkeys(COUNTED, 100)
    perfect = unified(_components(best))
    assert perfect == Component(raw=1.0, scalar=100)
    for name in ("Sharpness", "InterEyeDistance", "EyesVisible"):
        spoilt = unified(_components({**best, name: 0}))
        assert spoilt is not None
        assert spoilt.scalar < 65


@pytest.mark.parametrize("missing", sorted(COUNTED))
def test_what_is_not_known_is_not_taken_for_good(missing: str) -> None:
    assert unified(_components({name: 100 for name in COUNTED if name != missing})) is None
