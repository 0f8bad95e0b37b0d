"""How long does the box's own certificate still hold?"""

from __future__ import annotations

from datetime import datetime, timedelta

from appliance.health.finding import Finding, failed, ok, warning

CHECK = "certificate"
WARN_BEFORE = timedelta(days=14)


def judge_certificate(not_before: datetime, not_after: datetime, now: datetime) -> Finding:
    if now > not_after:
        return failed(
            CHECK,
            "certificate-expired",
            "The box's certificate has expired, so nothing can be sent: ask the field engineer to provision it again.",
        )
    if now < not_before:
        return failed(
            CHECK, "certificate-not-yet-valid", "The box's certificate is not valid yet: check the box's date."
        )
    days = (not_after - now).days
    if not_after - now < WARN_BEFORE:
        return warning(
            CHECK,
            "certificate-expires-soon",
            f"The box's certificate expires in {days} days: connect the network so that it is renewed.",
        )
    return ok(CHECK, f"The box's certificate holds for {days} days.")
