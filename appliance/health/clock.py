"""Does the clock stand where time has already been?"""

from __future__ import annotations

from datetime import datetime

from appliance.errors import ClockWentBackwards
from appliance.health.finding import Finding, failed, ok
from appliance.runtime.time_floor import raised_floor

CHECK = "clock"


def judge_clock(now: datetime, floor: datetime | None) -> Finding:
    try:
        raised_floor(now, floor)
    except ClockWentBackwards as error:
        return failed(CHECK, error.code, error.sentence)
    return ok(CHECK, "The clock is plausible.")
