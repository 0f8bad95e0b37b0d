"""Is any device due to be cleaned or calibrated?"""

from __future__ import annotations

from collections.abc import Sequence

from appliance.health.finding import Finding, ok, warning

CHECK = "maintenance"


def judge_maintenance(overdue: Sequence[str]) -> Finding:
    """`overdue` are the ids, in the settings, of the devices whose time has come."""
    if overdue:
        named = ", ".join(dict.fromkeys(overdue))
        return warning(CHECK, "maintenance-due", f"Due to be cleaned or calibrated: {named}. Say so once it is done.")
    return ok(CHECK, "No device is due to be cleaned or calibrated.")
