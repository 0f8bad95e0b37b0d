"""The line in memory does to bytes what it is told to, and the same again for the same seed."""

from __future__ import annotations

import pytest

from drivers.errors import DeviceLost
from drivers.transport.memory import Line, MemoryLink, joined

SENT = bytes(range(200))


def received(link: MemoryLink) -> list[bytes]:
    pieces = []
    while piece := link.read(1000):
        pieces.append(piece)
    return pieces


def over(line: Line) -> list[bytes]:
    here, there = joined(line)
    for _ in range(4):
        here.write(SENT)
    return received(there)


def test_a_good_line_gives_what_was_written_to_the_other_end_only() -> None:
    here, there = joined()
    here.write(b"ask")
    there.write(b"answer")
    assert received(there) == [b"ask"]
    assert received(here) == [b"answer"]


def test_a_reader_takes_no_more_than_it_asked_for() -> None:
    here, there = joined()
    here.write(b"abcdef")
    assert [there.read(4), there.read(4)] == [b"abcd", b"ef"]


def test_it_splits_and_delays_without_loss() -> None:
    pieces = over(Line(split_bytes=7, delay_s=0.02))
    assert max(map(len, pieces)) == 7
    assert b"".join(pieces) == SENT * 4


def test_it_loses_and_corrupts_the_same_for_the_same_seed() -> None:
    bad = Line(loss=0.5, corruption=0.05, seed=3)
    assert over(bad) == over(bad)
    assert b"".join(over(bad)) != SENT * 4
    assert over(Line(loss=1.0)) == []


def test_a_closed_end_is_lost_for_both() -> None:
    here, there = joined()
    here.write(b"last")
    here.close()
    assert there.read(10) == b"last"
    with pytest.raises(DeviceLost):
        there.read(10)
    with pytest.raises(DeviceLost):
        there.write(b"x")
    with pytest.raises(DeviceLost):
        here.read(10)


def test_ends_at_two_speeds_hear_noise_until_they_agree() -> None:
    here, there = joined()
    there.speak_at(115200)
    here.write(b"ask")
    assert received(there) != [b"ask"]
    here.speak_at(115200)
    here.write(b"ask")
    assert received(there) == [b"ask"]
