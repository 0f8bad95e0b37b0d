"""How long have packages been waiting to be sent?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from appliance.health.finding import Finding, failed, ok, warning

CHECK = "queue"
WARN_AFTER = timedelta(hours=24)
FAILED_AFTER = timedelta(hours=72)


def judge_queue(queued_at: Sequence[datetime], refused: int, now: datetime) -> Finding:
    """`queued_at` of every package without a receipt; `refused` is how many of them AIMA or the spool turned away."""
    if refused:
        return failed(
            CHECK,
            "queue-refused",
            f"{refused} packages cannot be sent as they are: call AIMA's support. They are kept.",
        )
    if not queued_at:
        return ok(CHECK, "Nothing is waiting to be sent.")
    age = now - min(queued_at)
    waiting = f"{len(queued_at)} packages are waiting, the oldest for {max(0, int(age.total_seconds() // 3600))} hours"
    if age > FAILED_AFTER:
        return failed(CHECK, "queue-stuck", f"{waiting}: connect the network or call AIMA's support.")
    if age > WARN_AFTER:
        return warning(CHECK, "queue-old", f"{waiting}: check the network.")
    return ok(CHECK, f"{waiting}.")
