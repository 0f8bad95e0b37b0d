"""What is kept of an attempt: never a preview, and of full pictures the first that is good enough or the best."""

from __future__ import annotations

import numpy as np

from appliance.attendance.choosing import Candidate, Choice, Next
from appliance.model.verdict import NOT_JUDGED, CaptureKind, Verdict

THRESHOLD, WINDOW_S, STILL_WITHIN_S = 40, 30.0, 5.0


def verdict(score: int) -> Verdict:
    return Verdict(kind=CaptureKind.FACE, score=score)


def candidate(score: int) -> Candidate:
    return Candidate(verdict(score), np.full((2, 2), score, np.uint8), simulated=True)


def kept(choice: Choice) -> int | None:
    return choice.best.verdict.score if choice.best is not None else None


def waiting() -> Choice:
    """One that has looked at previews from 0 s on, until its window is nearly over."""
    choice = Choice(THRESHOLD, WINDOW_S, STILL_WITHIN_S)
    assert {choice.looked_at(verdict(80), now_s, taken=False) for now_s in (0.0, WINDOW_S - 0.1)} == {Next.GO_ON}
    return choice


def test_previews_are_only_looked_at_however_good_they_are() -> None:
    assert kept(waiting()) is None


def test_a_still_is_asked_for_once_until_it_comes() -> None:
    choice = waiting()
    asked = [choice.looked_at(verdict(80), WINDOW_S + after_s, taken=False) for after_s in (0.0, 0.1, 0.2)]
    assert asked == [Next.ASK_STILL, Next.GO_ON, Next.GO_ON]


def test_a_still_that_is_good_enough_ends_the_attempt() -> None:
    choice = Choice(THRESHOLD, WINDOW_S, STILL_WITHIN_S)
    assert choice.offered(candidate(40), 0.0, taken=False) is Next.END
    assert kept(choice) == 40


def test_when_the_time_is_up_a_still_is_taken_of_whatever_there_is() -> None:
    choice = Choice(THRESHOLD, WINDOW_S, STILL_WITHIN_S)
    assert choice.looked_at(verdict(5), 100.0, taken=False) is Next.GO_ON
    assert choice.looked_at(verdict(5), 130.0, taken=False) is Next.ASK_STILL
    assert choice.offered(candidate(6), 130.1, taken=False) is Next.END
    assert kept(choice) == 6


def test_of_stills_that_are_not_good_enough_the_best_is_kept() -> None:
    choice = Choice(THRESHOLD, WINDOW_S, STILL_WITHIN_S)
    for now_s, score in enumerate((10, 30, 20)):
        assert choice.offered(candidate(score), float(now_s), taken=False) is Next.GO_ON
    assert kept(choice) == 30


def test_the_picture_that_the_technician_took_is_kept_also_where_an_older_one_was_better() -> None:
    choice = Choice(THRESHOLD, WINDOW_S, STILL_WITHIN_S)
    choice.offered(candidate(30), 0.0, taken=False)
    assert choice.offered(candidate(10), 1.0, taken=True) is Next.END
    assert kept(choice) == 10


def test_a_still_that_does_not_come_is_given_up() -> None:
    choice = waiting()
    assert choice.looked_at(verdict(80), WINDOW_S, taken=False) is Next.ASK_STILL
    assert choice.looked_at(verdict(80), WINDOW_S + 4.9, taken=False) is Next.GO_ON
    assert choice.looked_at(verdict(80), WINDOW_S + 5.0, taken=False) is Next.GIVE_UP


def test_what_the_technician_asks_for_has_its_own_time_and_is_asked_for_once() -> None:
    choice = waiting()
    assert choice.looked_at(verdict(80), WINDOW_S, taken=False) is Next.ASK_STILL
    assert choice.looked_at(verdict(80), WINDOW_S + 4.0, taken=True) is Next.GO_ON
    assert choice.looked_at(verdict(80), WINDOW_S + 8.9, taken=True) is Next.GO_ON
    assert choice.looked_at(verdict(80), WINDOW_S + 9.0, taken=True) is Next.GIVE_UP


BARE = Candidate(verdict(NOT_JUDGED), np.zeros((2, 2), np.uint8), simulated=True)


def test_bare_glass_begins_no_window_for_a_finger() -> None:
    choice = Choice(THRESHOLD, 5.0, STILL_WITHIN_S, presence_s=10.0)
    assert choice.offered(BARE, 0.0, taken=False) is Next.GO_ON
    assert choice.offered(BARE, 8.0, taken=False) is Next.GO_ON
    assert choice.left_s(8.0) == 2.0
    assert choice.offered(candidate(10), 9.0, taken=False) is Next.GO_ON
    assert choice.left_s(11.5) == 2.5
    assert choice.offered(candidate(12), 14.0, taken=False) is Next.END
    assert kept(choice) == 12


def test_bare_glass_alone_is_looked_at_for_so_long_and_no_longer() -> None:
    choice = Choice(THRESHOLD, 5.0, STILL_WITHIN_S, presence_s=10.0)
    assert choice.offered(BARE, 0.0, taken=False) is Next.GO_ON
    assert choice.offered(BARE, 9.9, taken=False) is Next.GO_ON
    assert choice.offered(BARE, 10.0, taken=False) is Next.END
    assert kept(choice) == NOT_JUDGED


def test_nobody_waits_longer_than_the_time_for_a_better_picture() -> None:
    choice = Choice(THRESHOLD, 5.0, STILL_WITHIN_S)
    assert choice.left_s(0.0) is None
    choice.offered(candidate(10), 0.0, taken=False)
    assert choice.left_s(4.0) == 1.0
    assert choice.left_s(7.0) == 0.0
