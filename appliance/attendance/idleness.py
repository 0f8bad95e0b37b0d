"""Which attendances nobody has touched for too long. Pure but for what it remembers; both clocks' times are passed in.

By the wall clock since the last event, and by the monotonic clock as well since this process saw that event: an
attendance that is being taken is never old, whatever happens to the box's date. One that was there at the start has
only the wall clock to go by.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from appliance.attendance.state import Attendance
from appliance.runtime.clock import timestamp


class Idleness:
    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, float]] = {}

    def loaded(self, attendances: Iterable[Attendance]) -> None:
        """What was there at the start: untouched for as long as its journal says."""
        self._seen = {one.attendance_id: (one.length, float("-inf")) for one in attendances}

    def overdue(
        self, attendances: Iterable[Attendance], limit: timedelta, *, now: datetime, monotonic: float
    ) -> list[Attendance]:
        """Those untouched for longer than `limit`. To be asked regularly: what changed is noticed by asking."""
        seen: dict[str, tuple[int, float]] = {}
        found, oldest = [], timestamp(now - limit)
        for one in attendances:
            length, since = self._seen.get(one.attendance_id, (0, monotonic))
            seen[one.attendance_id] = (one.length, since if length == one.length else monotonic)
            idle_s = monotonic - seen[one.attendance_id][1]
            if one.changed_at < oldest and idle_s > limit.total_seconds():
                found.append(one)
        self._seen = seen
        return found
