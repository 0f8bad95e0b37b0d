"""One thing to say at a time, long enough to be read."""

from __future__ import annotations

from appliance.attendance.instruction import GOOD, HOLD_S, Instructions, instruction
from appliance.model.verdict import NOT_JUDGED, CaptureKind, Verdict

THRESHOLD = 30


def verdict(score: int, *reasons: str, advice: tuple[str, ...] = ()) -> Verdict:
    return Verdict(kind=CaptureKind.FINGERPRINT, score=score, reasons=reasons, advice=advice)


def test_what_stands_in_the_way_comes_before_what_would_help() -> None:
    assert instruction(verdict(50, "moving", "blurred", advice=("too-dry",)), THRESHOLD) == "moving"
    assert instruction(verdict(20, advice=("too-dry", "grainy")), THRESHOLD) == "too-dry"


def test_a_picture_that_would_do_is_good_whatever_could_be_better() -> None:
    assert instruction(verdict(THRESHOLD, advice=("too-dry",)), THRESHOLD) == GOOD


def test_a_weak_picture_with_nothing_to_mend_says_nothing() -> None:
    assert instruction(verdict(10), THRESHOLD) == ""


def test_an_instruction_stands_long_enough_to_be_read() -> None:
    said = Instructions(THRESHOLD)
    assert said.after(verdict(NOT_JUDGED, "empty-image"), 0.0) == "empty-image"
    assert said.after(verdict(20, advice=("too-dry",)), HOLD_S / 2) == "empty-image"
    assert said.after(verdict(20, advice=("too-dry",)), HOLD_S) == "too-dry"
    assert said.after(verdict(40), 1.5 * HOLD_S) == "too-dry"
    assert said.after(verdict(40), 2.5 * HOLD_S) == GOOD


def test_with_nothing_to_say_what_was_said_stays() -> None:
    said = Instructions(THRESHOLD)
    said.after(verdict(20, advice=("too-dry",)), 0.0)
    assert said.after(verdict(20), 10.0) == "too-dry"


def test_what_is_good_no_more_is_not_said_to_be() -> None:
    said = Instructions(THRESHOLD)
    assert said.after(verdict(40), 0.0) == GOOD
    assert said.after(verdict(20), HOLD_S / 2) == GOOD
    assert said.after(verdict(20), HOLD_S) == ""
