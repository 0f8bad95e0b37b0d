"""A still answers every press that came before it, and none that came after."""

from __future__ import annotations

from drivers.contracts import Shutter


def owed(shutter: Shutter) -> int | None:
    return shutter.pressed_ns


def test_one_still_answers_all_who_asked_before_it() -> None:
    shutter = Shutter()
    assert owed(shutter) is None
    for now_ns in (10, 20):
        shutter.press(now_ns)
    assert owed(shutter) == 10
    shutter.answer(20)
    assert owed(shutter) is None


def test_who_asked_after_it_was_captured_still_waits() -> None:
    shutter = Shutter()
    for now_ns in (10, 20):
        shutter.press(now_ns)
    shutter.answer(15)
    assert owed(shutter) == 20
    shutter.answer(19)
    assert owed(shutter) == 20
    shutter.answer(21)
    assert owed(shutter) is None


def test_what_is_older_than_the_press_answers_nothing() -> None:
    shutter = Shutter()
    shutter.press(10)
    shutter.answer(9)
    assert owed(shutter) == 10
