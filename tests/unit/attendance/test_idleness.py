"""What nobody has touched for too long, by two clocks of which one may step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from appliance.attendance.idleness import Idleness
from appliance.attendance.state import apply
from tests.unit.attendance.makers import opened

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
OPENED = datetime(2026, 11, 24, 10, tzinfo=UTC)  # makers.AT


@pytest.mark.parametrize(
    ("loaded", "wall", "monotonic", "overdue"),
    [
        (True, DAY + MINUTE, timedelta(0), True),
        (True, DAY - MINUTE, 10 * DAY, False),
        (True, -DAY, 10 * DAY, False),
        (False, 10 * DAY, MINUTE, False),
        (False, DAY + MINUTE, DAY + MINUTE, True),
        (False, -10 * DAY, DAY + MINUTE, False),
    ],
    ids=["from before the start", "not yet", "clock behind", "step ahead", "left open", "step back"],
)
def test_both_clocks_must_say_so(loaded: bool, wall: timedelta, monotonic: timedelta, overdue: bool) -> None:
    attendance, idleness = apply(None, opened()), Idleness()
    if loaded:
        idleness.loaded([attendance])
    else:
        assert idleness.overdue([attendance], DAY, now=OPENED, monotonic=5.0) == []
    found = idleness.overdue([attendance], DAY, now=OPENED + wall, monotonic=5.0 + monotonic.total_seconds())
    assert found == ([attendance] if overdue else [])
