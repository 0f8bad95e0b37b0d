"""Does every package on the disk have its record?"""

from __future__ import annotations

from appliance.health.finding import Finding, failed, ok

CHECK = "orphans"


def judge_orphans(count: int) -> Finding:
    """`count` is how many sealed packages were found on the disk that no record knows."""
    if count:
        return failed(
            CHECK,
            "packages-orphaned",
            f"{count} packages on the disk have no record and are not sent: ask the field engineer, delete nothing.",
        )
    return ok(CHECK, "Every package has its record.")
