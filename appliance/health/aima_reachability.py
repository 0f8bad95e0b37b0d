"""Does AIMA answer?"""

from __future__ import annotations

from datetime import datetime, timedelta

from appliance.health.finding import Finding, failed, ok, warning

CHECK = "aima"
NOT_ADMITTED = "box-certificate-refused"
FAILED_AFTER = timedelta(days=3)


def judge_aima(*, last_answer_at: datetime | None, error_code: str, now: datetime) -> Finding:
    """`error_code` is the last exchange's error, or empty. Working offline is foreseen and no failure at first."""
    if not error_code:
        return ok(CHECK, "AIMA answers." if last_answer_at else "Nothing had to be sent to AIMA yet.")
    if error_code == NOT_ADMITTED:
        return failed(
            CHECK,
            error_code,
            "AIMA does not accept this box's certificate, so nothing is sent: ask the field engineer to provision it "
            "again. Nothing is lost.",
        )
    if last_answer_at is not None and now - last_answer_at > FAILED_AFTER:
        return failed(
            CHECK, error_code, "AIMA has not answered for over three days: call AIMA's support. Nothing is lost."
        )
    return warning(
        CHECK, error_code, "AIMA does not answer: you can work on, packages are sent once the connection is back."
    )
