"""The box never believes a clock that stands before a day it has already seen."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.errors import ClockWentBackwards, StateError, StorageCorrupted
from appliance.runtime.time_floor import TimeFloor, raised_floor

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


class SetClock:
    def __init__(self, now: datetime) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return 0.0


@pytest.mark.parametrize(
    ("now", "floor", "expected"),
    [
        (NOON, None, NOON),
        (NOON, NOON - timedelta(days=400), NOON),
        (NOON, NOON, NOON),
        (NOON - timedelta(minutes=2), NOON, NOON),
    ],
    ids=["first start", "long switched off", "same", "small step back keeps the floor"],
)
def test_the_floor_only_rises(now: datetime, floor: datetime | None, expected: datetime) -> None:
    assert raised_floor(now, floor) == expected


def test_a_clock_behind_the_floor_is_refused() -> None:
    with pytest.raises(ClockWentBackwards) as refused:
        raised_floor(NOON - timedelta(minutes=2, microseconds=1), NOON)
    assert refused.value.code == "clock-backwards"


def test_it_survives_a_restart(tmp_path: Path) -> None:
    clock = SetClock(NOON)
    path = tmp_path / "time-floor"
    assert TimeFloor(path, clock).floor() is None
    TimeFloor(path, clock).raise_to(NOON)
    assert TimeFloor(path, clock).floor() == NOON
    clock.moment = NOON - timedelta(days=1)
    with pytest.raises(ClockWentBackwards):
        TimeFloor(path, clock).check()
    TimeFloor(path, clock).raise_to(clock.moment)
    assert TimeFloor(path, clock).floor() == NOON
    assert [entry.name for entry in tmp_path.iterdir()] == ["time-floor"]


def test_a_clock_that_jumped_ahead_and_was_put_right_stops_nothing(tmp_path: Path) -> None:
    clock = SetClock(NOON)
    floor = TimeFloor(tmp_path / "time-floor", clock)
    floor.raise_to(NOON)
    clock.moment = NOON + timedelta(days=3650)
    floor.check()
    clock.moment = NOON + timedelta(hours=1)
    floor.check()
    assert floor.floor() == NOON


def test_a_power_cut_while_writing_leaves_the_old_floor(tmp_path: Path) -> None:
    path = tmp_path / "time-floor"
    TimeFloor(path, SetClock(NOON)).raise_to(NOON)
    (tmp_path / ".time-floor.unfinished").write_bytes(b"2026-0")
    later = NOON + timedelta(hours=1)
    TimeFloor(path, SetClock(later)).raise_to(later)
    assert TimeFloor(path, SetClock(later)).floor() == later
    assert [entry.name for entry in tmp_path.iterdir()] == ["time-floor"]


@pytest.mark.parametrize("content", [b"", b"yesterday", b"2026-05-04T12:00:00", b"\xff\xfe"])
def test_a_damaged_record_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "time-floor"
    path.write_bytes(content)
    with pytest.raises(StorageCorrupted) as refused:
        TimeFloor(path, SetClock(NOON)).check()
    assert refused.value.code == "time-floor-damaged"


def test_a_missing_or_unusable_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(StateError) as refused:
        TimeFloor(tmp_path / "gone" / "time-floor", SetClock(NOON)).raise_to(NOON)
    assert refused.value.code == "state-unusable"
    (tmp_path / "folder").mkdir()
    with pytest.raises(StateError) as refused:
        TimeFloor(tmp_path / "folder", SetClock(NOON)).floor()
    assert refused.value.code == "state-unusable"


async def test_while_running_the_floor_follows_what_was_vouched_for(tmp_path: Path) -> None:
    moments = iter([None, NOON, NOON - timedelta(days=1)])
    seen: list[datetime | None] = []
    floor = TimeFloor(tmp_path / "time-floor", SetClock(NOON))

    async def sleep(_interval_s: float) -> None:
        seen.append(await asyncio.to_thread(floor.floor))
        if len(seen) == 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await floor.keep(lambda: next(moments), sleep=sleep)
    assert seen == [None, NOON, NOON]
