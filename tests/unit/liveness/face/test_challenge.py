"""Asked at random, answered in order and in time: a table of what a person, a film and a print do."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.liveness.face import challenge
from appliance.liveness.face.challenge import Action, Challenge, Observation, drawn, hint, observed, step, visible
from tests.unit.liveness.face.scenes import landmarks

LEFT, RIGHT, BLINK, SMILE = Action.TURN_LEFT, Action.TURN_RIGHT, Action.BLINK, Action.SMILE
REST = Observation(0.0, 0.1, 0.1)
DOING = {
    LEFT: Observation(20.0, 0.1, 0.1),
    RIGHT: Observation(-20.0, 0.1, 0.1),
    BLINK: Observation(0.0, 0.9, 0.1),
    SMILE: Observation(0.0, 0.1, 0.9),
}
FRAME_S = 1 / 15.0


def _asked(*actions: Action) -> Challenge:
    return Challenge(actions, 10.0, 2.0)


def _played(state: Challenge, *shown: tuple[Observation, float]) -> Challenge:
    """Each shown for some time, at fifteen frames a second."""
    now_s = state.since_s
    for seen, for_s in shown:
        for _ in range(round(for_s / FRAME_S)):
            now_s += FRAME_S
            state = step(state, seen, now_s)
    return state


@pytest.mark.parametrize("first", list(Action))
@pytest.mark.parametrize("then", list(Action))
def test_who_does_what_is_asked_is_bona_fide(first: Action, then: Action) -> None:
    state = _asked(first, then)
    state = _played(state, (REST, 0.6), (DOING[first], 0.3))
    assert (state.answered, state.next) == (1, then)
    state = _played(state, (REST, 0.5), (DOING[then], 0.3))
    assert (state.answered, state.late, state.others, state.next) == (2, 0, 0, None)
    assert hint(state).score == 0.0


Shown = list[tuple[Observation, float]]
WAIT = (REST, 0.4)
ATTACKS: list[tuple[str, Shown, int, int, int, float]] = [
    ("a print does nothing", [(REST, 4.5)], 0, 2, 0, 1.0),
    (
        "another action first",
        [WAIT, (DOING[RIGHT], 0.3), WAIT, (DOING[LEFT], 0.3), WAIT, (DOING[SMILE], 0.2)],
        2, 0, 1, 0.25,
    ),
    ("in the other order", [WAIT, (DOING[SMILE], 0.3), WAIT, (DOING[LEFT], 0.3), (REST, 2.5)], 1, 1, 1, 0.75),
    ("to the other side", [WAIT, (DOING[RIGHT], 0.3), (REST, 4.0)], 0, 2, 1, 1.0),
    ("too late", [(REST, 2.2), (DOING[LEFT], 0.3), (REST, 2.0)], 0, 2, 1, 1.0),
    ("done all the time", [(DOING[LEFT], 4.5)], 0, 2, 0, 1.0),
    ("no face to be seen", [(Observation(), 4.5)], 0, 2, 0, 1.0),
]  # fmt: skip


@pytest.mark.parametrize(("what", "shown", "answered", "late", "others", "score"), ATTACKS, ids=[a[0] for a in ATTACKS])
def test_attacks(what: str, shown: Shown, answered: int, late: int, others: int, score: float) -> None:
    state = _played(_asked(LEFT, SMILE), *shown)
    assert (state.answered, state.late, state.next) == (answered, late, None)
    assert state.others == others
    assert hint(state).score == score


def test_what_was_begun_before_it_was_asked_is_no_answer() -> None:
    already = step(step(_asked(LEFT), DOING[LEFT], 10.5), DOING[LEFT], 11.0)
    assert already.answered == 0
    assert step(step(already, REST, 11.2), DOING[LEFT], 11.4).answered == 1


def test_who_blinks_unasked_has_done_nothing_else() -> None:
    state = _played(_asked(LEFT), WAIT, (DOING[BLINK], 0.2), WAIT, (DOING[BLINK], 0.2))
    assert (state.answered, state.others) == (0, 0)


def test_nobody_reacts_at_once() -> None:
    state = step(_asked(BLINK), REST, 10.02)
    assert step(state, DOING[BLINK], 10.05).answered == 0
    assert step(state, DOING[BLINK], 10.30).answered == 1


def test_time_that_goes_back_or_is_no_time_changes_nothing() -> None:
    state = _asked(BLINK)
    assert step(state, DOING[BLINK], 9.0) is state
    assert step(state, DOING[BLINK], float("nan")) is state


def test_nothing_is_said_before_something_is_sure() -> None:
    assert hint(None).omitted == "not-asked"
    assert hint(_asked(LEFT, SMILE)).omitted == "not-finished"
    assert hint(_played(_asked(LEFT, SMILE), (REST, 2.2))).score == 0.5


def test_what_is_asked_cannot_be_foreseen() -> None:
    chance = random.Random(7)
    sequences = Counter(drawn(chance, 0.0).asked for _ in range(4000))
    # Four for the first and three for each other, less the two that go to and fro between blinking and smiling.
    assert len(sequences) == 4 * 3 * 3 - 2
    assert max(sequences.values()) < 2.0 * 4000 / len(sequences)
    for asked in sequences:
        assert {LEFT, RIGHT} & set(asked), "without a turn there is nothing to see of a plane"
        assert all(one != other for one, other in itertools.pairwise(asked))


@pytest.mark.parametrize("yaw_deg", [-30.0, -5.0, 0.0, 12.0, 25.0])
def test_a_turn_is_read_from_where_the_nose_is(yaw_deg: float) -> None:
    seen = observed(landmarks(yaw_deg), {"eyeBlinkLeft": 0.7, "eyeBlinkRight": 0.4})
    assert seen.yaw_deg == pytest.approx(yaw_deg, abs=0.01)
    assert (seen.blink, seen.smile) == (0.4, None)


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.floats(allow_nan=True, allow_infinity=True),
            st.sampled_from([None, *DOING.values(), REST]),
        ),
        max_size=30,
    ),
    st.integers(0, 2**31),
)
def test_whatever_is_seen_and_whenever_answers_stay_within_what_was_asked(
    shown: list[tuple[float, Observation | None]], seed: int
) -> None:
    state = drawn(random.Random(seed), 0.0)
    for now_s, seen in shown:
        state = step(state, seen or Observation(), now_s)
        assert 0 <= state.answered + state.late <= len(state.asked) == challenge.COUNT
        score = hint(state).score
        assert score is None or 0.0 <= score <= 1.0


def test_who_smiles_at_rest_is_measured_by_their_own_rest() -> None:
    at_rest, smiling = Observation(0.0, 0.0, 0.55), Observation(0.0, 0.0, 0.88)
    state = _played(_asked(SMILE, BLINK), (at_rest, 0.6))
    assert (state.answered, state.others) == (0, 0)
    state = _played(state, (smiling, 0.3))
    assert (state.answered, state.next) == (1, BLINK)
    assert _played(state, (at_rest, 0.6)).others == 0


def test_who_smiles_broadly_already_does_nothing_by_trembling() -> None:
    state = _asked(LEFT)
    for smile in (0.88, 0.93, 0.88, 0.95, 0.90):
        state = _played(state, (Observation(0.0, 0.0, smile), 0.1))
    assert state.others == 0


def test_a_face_that_is_not_there_does_nothing() -> None:
    assert observed(None, {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}) == Observation()
    assert observed(np.full((478, 3), np.nan, np.float32), {}) == Observation()


@pytest.mark.parametrize(
    ("seen", "actions"),
    [
        (REST, set(Action)),
        (Observation(0.0, 0.1, 0.9), {LEFT, RIGHT, BLINK}),
        (Observation(0.0, 0.6, 0.1), {LEFT, RIGHT, SMILE}),
        (Observation(0.0, 0.6, 0.9), {LEFT, RIGHT}),
    ],
    ids=["at rest", "seems to smile", "narrow eyes", "both"],
)
def test_nobody_is_asked_for_what_their_face_seems_to_do_already(seen: Observation, actions: set[Action]) -> None:
    among = visible(seen)
    assert set(among) == actions
    for seed in range(40):
        state = drawn(random.Random(seed), 0.0, among=among)
        assert set(state.asked) <= actions
        assert all(one is not other for one, other in itertools.pairwise(state.asked))


@pytest.mark.parametrize(("among", "chance"), [(4, 1 / 36), (3, 1 / 12), (2, 1 / 2)])
def test_of_fewer_actions_a_film_guesses_more(among: int, chance: float) -> None:
    state = drawn(random.Random(1), 0.0, among=list(Action)[:among])
    done = _played(state, *(each for action in state.asked for each in ((REST, 0.6), (DOING[action], 0.3))))
    assert hint(done).evidence["by_chance"] == pytest.approx(chance, abs=1e-4)


def test_what_was_not_to_be_asked_for_counts_as_nothing_else_that_was_done() -> None:
    state = Challenge((LEFT,), 10.0, 2.0, among=(LEFT, RIGHT, BLINK))
    done = _played(state, (REST, 0.4), (DOING[SMILE], 0.2), (REST, 0.4), (DOING[LEFT], 0.3))
    assert (done.answered, done.others) == (1, 0)
