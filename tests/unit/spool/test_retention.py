"""Records of what was sent are kept as long as the configuration says, and no longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from appliance.spool.retention import keep_records

NOW = datetime(2026, 3, 5, 10, 30, tzinfo=UTC)


class At:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class Records:
    def __init__(self) -> None:
        self.forgotten: list[str] = []

    async def forget_before(self, moment: str) -> None:
        self.forgotten.append(moment)


class EnoughError(Exception):
    pass


async def test_nothing_is_forgotten_before_a_configuration_says_when() -> None:
    records, answers = Records(), iter([None, 90, 1])
    rounds = iter(range(3))

    async def sleep(_seconds: float) -> None:
        if next(rounds) == 2:
            raise EnoughError

    with pytest.raises(EnoughError):
        await keep_records(records, lambda: next(answers), At(), sleep=sleep)
    assert records.forgotten == ["2025-12-05T10:30:00.000Z", "2026-03-04T10:30:00.000Z"]
    assert datetime.fromisoformat(records.forgotten[0]) == NOW - timedelta(days=90)
