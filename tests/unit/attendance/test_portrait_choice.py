"""When a portrait is taken by itself and which still is kept: told of verdicts and times, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest

from appliance.attendance.choosing import Candidate, Next
from appliance.attendance.instruction import GOOD
from appliance.attendance.portrait_choice import BURST, HELD_S, LAST_BURST_S, PATIENCE_SHARE, PortraitChoice
from appliance.model.verdict import NOT_JUDGED, CaptureKind, Verdict
from appliance.quality.face_guidance import CAMERA_TOO_COARSE

THRESHOLD, WITHIN_S, STILL_WITHIN_S = 40, 30.0, 5.0
LOOK_S = 0.2
LAST_S = WITHIN_S - LAST_BURST_S
LATE_S = WITHIN_S * PATIENCE_SHARE + 1.0


def verdict(*advice: str, score: int = 80, reasons: tuple[str, ...] = ()) -> Verdict:
    return Verdict(kind=CaptureKind.FACE, score=score, reasons=reasons, advice=advice)


FINE = verdict()
NOD = verdict("chin-up")
OPEN_MOUTH = verdict("mouth-open")
NOBODY = verdict(score=NOT_JUDGED, reasons=("no-face",))


def still(seen: Verdict, mark: int = 0) -> Candidate:
    return Candidate(seen, np.full((2, 2), mark, np.uint8), simulated=True)


def choosing() -> PortraitChoice:
    return PortraitChoice(THRESHOLD, WITHIN_S, STILL_WITHIN_S)


def shown(choice: PortraitChoice, previews: Iterable[Verdict], from_s: float = 0.0) -> list[Next]:
    """What is done after each, one every fifth of a second."""
    return [choice.looked_at(one, from_s + n * LOOK_S, taken=False) for n, one in enumerate(previews)]


def bursting() -> PortraitChoice:
    """One that has just asked for the first still of a burst."""
    choice = choosing()
    assert shown(choice, [FINE, FINE, FINE])[-1] is Next.ASK_STILL
    return choice


def kept(choice: PortraitChoice) -> int | None:
    return None if choice.best is None else int(choice.best.pixels[0, 0])


def test_limits_that_hold_for_a_moment_ask_for_a_still() -> None:
    assert shown(choosing(), [OPEN_MOUTH, FINE, FINE, FINE]) == [Next.GO_ON, Next.GO_ON, Next.GO_ON, Next.ASK_STILL]


@pytest.mark.parametrize(
    "passing",
    [
        pytest.param([FINE, FINE, OPEN_MOUTH, FINE, FINE, NOBODY, FINE, FINE], id="never three in a row"),
        pytest.param([FINE, FINE, verdict(score=39), FINE, FINE], id="a score that falls"),
    ],
)
def test_a_passing_moment_does_not(passing: list[Verdict]) -> None:
    assert set(shown(choosing(), passing)) == {Next.GO_ON}


def test_neither_do_many_looks_within_no_time_nor_two_slow_ones() -> None:
    quick, slow = choosing(), choosing()
    assert {quick.looked_at(FINE, n * HELD_S / 20, taken=False) for n in range(20)} == {Next.GO_ON}
    assert [slow.looked_at(FINE, n * 2.0, taken=False) for n in range(3)] == [Next.GO_ON, Next.GO_ON, Next.ASK_STILL]


@pytest.mark.parametrize(
    "unmet",
    [
        pytest.param(verdict(code), id=code)
        for code in ("closer", "further", "move-left", "move-down", "head-tilted", "eyes-closed", "mouth-open")
    ]
    + [
        pytest.param(verdict(reasons=("several-faces",)), id="somebody else"),
        pytest.param(verdict(reasons=("too-dark",)), id="no light"),
        pytest.param(verdict(score=39), id="score"),
        pytest.param(NOBODY, id="nobody"),
    ],
)
def test_what_is_mandatory_is_waited_for_until_the_time_is_up(unmet: Verdict) -> None:
    choice = choosing()
    assert {choice.looked_at(unmet, n / 2, taken=False) for n in range(int(2 * LAST_S))} == {Next.GO_ON}
    assert choice.looked_at(unmet, LAST_S, taken=False) is Next.ASK_STILL


@pytest.mark.parametrize("code", ["turn-left", "chin-up", "eyes-not-found", "light-from-the-side", "too-bright"])
def test_what_is_optional_is_waited_for_in_the_first_part_of_the_time_only(code: str) -> None:
    choice, asked = choosing(), verdict(code)
    assert set(shown(choice, [asked] * 20)) == {Next.GO_ON}
    assert shown(choice, [asked] * 3, from_s=LATE_S)[-1] is Next.ASK_STILL


@pytest.mark.parametrize("code", [CAMERA_TOO_COARSE, "face-not-at-rest"])
def test_what_nobody_can_help_is_waited_for_by_nobody(code: str) -> None:
    assert shown(choosing(), [verdict(code)] * 3)[-1] is Next.ASK_STILL


def test_a_burst_asks_for_one_still_after_another_and_ends_with_the_last() -> None:
    choice = bursting()
    steps = [choice.offered(still(FINE, n), 1.0 + n / 10, taken=False) for n in range(BURST)]
    assert steps == [Next.ASK_STILL] * (BURST - 1) + [Next.END]
    assert choice.stills == BURST


def test_previews_between_the_stills_of_a_burst_ask_for_nothing() -> None:
    choice = bursting()
    assert choice.looked_at(FINE, 0.7, taken=False) is Next.GO_ON
    assert choice.offered(still(FINE), 0.8, taken=False) is Next.ASK_STILL
    assert shown(choice, [FINE] * 5, from_s=0.9) == [Next.GO_ON] * 5


BURSTS: dict[str, tuple[list[Verdict], int]] = {
    "of equals the newest": ([FINE, FINE, FINE], 2),
    "fewer reasons come first": ([NOD, verdict(reasons=("eyes-closed",)), verdict(reasons=("blurred", "too-dark"))], 0),
    "the most mandatory criteria before any optional one": (
        [verdict("chin-up", "light-from-the-side", "face-not-at-rest"), OPEN_MOUTH, verdict("mouth-open", "closer")],
        0,
    ),
    "then the most optional ones": ([NOD, FINE, verdict("chin-up", "too-bright")], 1),
    "no score makes up for a criterion": ([FINE, verdict("mouth-open", score=100), OPEN_MOUTH], 0),
    "what could be judged at all": ([NOBODY, verdict("closer", reasons=("blurred",)), NOBODY], 1),
}


@pytest.mark.parametrize(("seen", "best"), BURSTS.values(), ids=BURSTS)
def test_of_a_burst_the_best_is_kept(seen: list[Verdict], best: int) -> None:
    choice = bursting()
    for number, one in enumerate(seen):
        choice.offered(still(one, number), 1.0, taken=False)
    assert kept(choice) == best


def test_who_moved_before_the_stills_is_waited_for_again() -> None:
    choice = bursting()
    steps = [choice.offered(still(OPEN_MOUTH, n), 1.0, taken=False) for n in range(BURST)]
    assert steps[-1] is Next.GO_ON
    assert shown(choice, [FINE, FINE, FINE], from_s=1.2)[-1] is Next.ASK_STILL
    steps = [choice.offered(still(FINE, 10 + n), 2.0, taken=False) for n in range(BURST)]
    assert steps[-1] is Next.END
    assert kept(choice) == 12


def test_when_the_time_is_up_one_last_burst_ends_it_whatever_it_shows() -> None:
    choice = choosing()
    shown(choice, [OPEN_MOUTH])
    assert choice.looked_at(OPEN_MOUTH, LAST_S, taken=False) is Next.ASK_STILL
    steps = [choice.offered(still(OPEN_MOUTH, n), LAST_S + n, taken=False) for n in range(BURST)]
    assert steps == [Next.ASK_STILL] * (BURST - 1) + [Next.END]


def test_whatever_is_asked_for_nobody_waits_beyond_the_time_for_more_than_the_first() -> None:
    choice = choosing()
    assert shown(choice, [OPEN_MOUTH]) == [Next.GO_ON]
    assert choice.looked_at(OPEN_MOUTH, LAST_S, taken=False) is Next.ASK_STILL
    assert choice.offered(still(OPEN_MOUTH, 1), LAST_S + 1.0, taken=False) is Next.ASK_STILL
    assert choice.looked_at(OPEN_MOUTH, WITHIN_S, taken=False) is Next.END
    assert kept(choice) == 1


def test_a_better_still_of_an_earlier_burst_is_kept_at_the_end() -> None:
    choice = bursting()
    for number in range(BURST):
        choice.offered(still(OPEN_MOUTH, number), 1.0, taken=False)
    assert choice.looked_at(NOBODY, WITHIN_S, taken=False) is Next.ASK_STILL
    for _ in range(BURST):
        choice.offered(still(NOBODY, 99), WITHIN_S, taken=False)
    assert kept(choice) == BURST - 1


@pytest.mark.parametrize("before", [choosing, bursting], ids=["at once", "amid a burst"])
def test_the_technicians_picture_is_kept_whatever_it_is_worth(before: Callable[[], PortraitChoice]) -> None:
    choice = before()
    choice.offered(still(FINE, 1), 1.0, taken=False)
    assert choice.looked_at(NOBODY, 1.1, taken=True) is Next.GO_ON
    assert choice.offered(still(NOBODY, 7), 1.2, taken=True) is Next.END
    assert kept(choice) == 7


def test_a_camera_that_takes_no_still_is_given_up_where_there_is_none() -> None:
    choice = bursting()
    assert choice.looked_at(FINE, 0.4 + STILL_WITHIN_S - 0.1, taken=False) is Next.GO_ON
    assert choice.looked_at(FINE, 0.4 + STILL_WITHIN_S, taken=False) is Next.GIVE_UP


def test_one_that_takes_no_more_of_them_ends_with_what_there_is() -> None:
    choice = bursting()
    assert choice.offered(still(FINE, 3), 1.0, taken=False) is Next.ASK_STILL
    assert choice.looked_at(FINE, 1.0 + STILL_WITHIN_S, taken=False) is Next.END
    assert kept(choice) == 3


def test_a_camera_without_previews_takes_what_holds_and_the_newest_of_it() -> None:
    choice = choosing()
    seen = [NOBODY, OPEN_MOUTH, FINE, FINE, FINE]
    steps = [choice.offered(still(one, n), n * LOOK_S, taken=False) for n, one in enumerate(seen)]
    assert steps == [Next.GO_ON] * 4 + [Next.END]
    assert kept(choice) == 4


def test_a_camera_without_previews_ends_with_the_best_when_the_time_is_up() -> None:
    choice = choosing()
    assert choice.offered(still(OPEN_MOUTH, 1), 0.0, taken=False) is Next.GO_ON
    assert choice.offered(still(NOBODY, 2), WITHIN_S, taken=False) is Next.END
    assert kept(choice) == 1


SAID: dict[str, tuple[Verdict, float, str]] = {
    "what stands in the way": (verdict("closer", reasons=("several-faces",)), 0.0, "several-faces"),
    "the most useful of what is waited for": (verdict("further", "mouth-open"), 0.0, "further"),
    "also what is optional": (NOD, 0.0, "chin-up"),
    "later only what is mandatory": (verdict("chin-up", "mouth-open"), LATE_S, "mouth-open"),
    "nothing that is not waited for": (verdict("chin-up"), LATE_S, GOOD),
    "nothing that the person cannot mend": (verdict(CAMERA_TOO_COARSE), 0.0, GOOD),
    "to hold still where all is well": (FINE, 0.0, GOOD),
    "what may mend a low score": (verdict("too-bright", score=20), LATE_S, "too-bright"),
    "nothing where nobody knows": (verdict(score=20), 0.0, ""),
}


@pytest.mark.parametrize(("seen", "at_s", "said"), SAID.values(), ids=SAID)
def test_the_person_is_told_one_thing(seen: Verdict, at_s: float, said: str) -> None:
    choice = choosing()
    choice.looked_at(seen, 0.0, taken=False)
    assert choice.instruction(seen, at_s) == said
