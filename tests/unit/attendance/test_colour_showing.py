"""The colours of a check of presence: each waits for the last one, and of what is not sure nothing is said."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.attendance.colour_showing import (
    ENOUGH,
    MOST_TELLING_S,
    PAINTED_WITHIN_S,
    ColourShowing,
    Light,
)
from appliance.liveness.face.colour_sequence import DWELL_S, flashes
from appliance.liveness.face.screen_light import LEAST_COLOURS

TELLING_S, PAINTING_S = 0.02, 0.033


def showing() -> ColourShowing:
    return ColourShowing(random.Random(5))


def lit(showing: ColourShowing, now_s: float) -> Light:
    light = showing.step(now_s)
    assert light is not None
    return light


def painted(showing: ColourShowing, count: int, now_s: float = 10.0) -> float:
    """By a page that is quick, one after the other; when the last one had stood its time."""
    for _ in range(count):
        light = lit(showing, now_s)
        now_s += TELLING_S + PAINTING_S
        showing.painted(light.ticket, PAINTING_S, now_s)
        now_s += DWELL_S
    return now_s


def test_what_was_painted_is_known_by_when_it_was_and_until_when() -> None:
    one = showing()
    ends_s = painted(one, ENOUGH)
    assert one.has_shown_enough(ends_s)
    one.end(ends_s)
    shown = one.shown()
    assert shown is not None
    assert (len(shown.colours), shown.ends_s) == (ENOUGH, ends_s)
    beat_s = TELLING_S + PAINTING_S + DWELL_S
    assert shown.starts_s == pytest.approx([10.0 + TELLING_S / 2 + PAINTING_S + i * beat_s for i in range(ENOUGH)])


def test_a_colour_stands_until_its_time_is_over_and_every_one_has_a_ticket_of_its_own() -> None:
    one = showing()
    first = lit(one, 1.0)
    assert lit(one, 1.2) is first, "it is not painted yet"
    one.painted(first.ticket, 0.0, 1.25)
    assert lit(one, 1.25 + DWELL_S - 0.01) is first
    second = lit(one, 1.25 + DWELL_S)
    assert second.ticket != first.ticket
    assert second.colour != first.colour


@given(st.lists(st.tuples(st.floats(0.0, 0.9), st.floats(0.0, 0.4), st.floats(0.0, 2.0)), max_size=30))
def test_whatever_is_late_nothing_ever_flashes(beats: list[tuple[float, float, float]]) -> None:
    """Counted from when each was sent at the earliest, and painted at the latest."""
    one, now_s, tickets, sent_s, painted_s = showing(), 0.0, [""], [], []
    for painting_s, telling_s, pause_s in beats:
        light = one.step(now_s)
        if light is None:
            break
        if light.ticket != tickets[-1]:
            tickets.append(light.ticket)
            sent_s.append(now_s)
        now_s += painting_s + telling_s
        painted_s.append(now_s)
        one.painted(light.ticket, painting_s, now_s)
        now_s += pause_s
    assert all(later >= told + DWELL_S for told, later in zip(painted_s, sent_s[1:], strict=False))
    one.end(now_s)
    shown = one.shown()
    assert shown is None or not flashes(shown.colours, shown.starts_s)


def test_a_page_that_does_not_answer_ends_it_and_what_was_shown_before_still_counts() -> None:
    one = showing()
    now_s = painted(one, LEAST_COLOURS)
    lit(one, now_s)
    assert one.step(now_s + PAINTED_WITHIN_S + 0.01) is None
    assert one.over
    shown = one.shown()
    assert shown is not None
    assert (len(shown.colours), shown.ends_s) == (LEAST_COLOURS, now_s), "from then on anything may have been shown"


def test_too_few_colours_are_none() -> None:
    one = showing()
    one.end(painted(one, LEAST_COLOURS - 1))
    assert one.shown() is None


def test_what_is_being_painted_at_the_end_is_not_counted() -> None:
    one = showing()
    now_s = painted(one, LEAST_COLOURS)
    lit(one, now_s)
    one.end(now_s + 0.01)
    shown = one.shown()
    assert shown is not None
    assert shown.ends_s == now_s


@pytest.mark.parametrize(
    ("after_s", "told_after_s"),
    [
        (-0.1, 0.1),
        (float("nan"), 0.1),
        (float("inf"), 0.1),
        (0.2, 0.1),
        (0.0, MOST_TELLING_S + 0.01),
    ],
    ids=["before it was heard of", "no time", "never", "later than it was told", "told too slowly"],
)
def test_what_a_page_says_and_cannot_be_or_helps_nobody_ends_it(after_s: float, told_after_s: float) -> None:
    one = showing()
    now_s = painted(one, 2)
    one.painted(lit(one, now_s).ticket, after_s, now_s + told_after_s)
    assert one.over
    assert one.step(now_s + 5.0) is None
    assert one.shown() is None


def test_another_ticket_and_the_same_one_again_count_for_nothing() -> None:
    one = showing()
    light = lit(one, 1.0)
    one.painted("0" * 16, 0.0, 1.01)
    assert not one.over
    one.painted(light.ticket, 0.0, 1.01)
    one.painted(light.ticket, 0.0, 1.4)
    assert lit(one, 1.02 + DWELL_S).ticket != light.ticket, "from the first time on"


def test_who_does_not_want_them_is_shown_none_and_nothing_is_concluded() -> None:
    one = showing()
    now_s = painted(one, ENOUGH)
    one.refuse()
    assert one.step(now_s) is None
    one.end(now_s)
    assert one.shown() is None


def test_who_says_so_when_all_is_over_is_heard_too() -> None:
    one = showing()
    one.end(painted(one, ENOUGH))
    assert one.shown() is not None
    one.refuse()
    assert one.shown() is None
