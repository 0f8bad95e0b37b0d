"""Is there a configuration in force, is it fresh, and can this box do what it asks for?"""

from __future__ import annotations

from datetime import datetime, timedelta

from appliance.health.finding import Finding, failed, ok, warning

CHECK = "configuration"
STALE_AFTER = timedelta(days=7)
"""A box may be offline for days; a week without a look at AIMA's configuration is worth telling."""


def judge_configuration(
    *, in_force: bool, checked_at: datetime | None, refused_code: str, now: datetime, lacks_wsq: bool = False
) -> Finding:
    """`checked_at` is the last time that the configuration was confirmed with AIMA; `refused_code` is why the newest
    one offered was refused, or empty. `lacks_wsq`: it asks for impressions as WSQ, and there is no encoder."""
    if not in_force:
        return failed(
            CHECK, "configuration-missing", "There is no configuration yet: connect the network and wait a moment."
        )
    if refused_code:
        return warning(
            CHECK,
            refused_code,
            "AIMA's newest configuration was refused, the last good one stays in force: tell AIMA's support.",
        )
    if lacks_wsq:
        return warning(
            CHECK,
            "wsq-missing",
            "AIMA asks for prints as WSQ, and this box has no encoder: they are sent as PNG. "
            "Ask the field engineer to install the package wsq.",
        )
    if checked_at is None or now - checked_at > STALE_AFTER:
        return warning(
            CHECK, "configuration-stale", "The configuration was not confirmed for over a week: connect the network."
        )
    return ok(CHECK, "The configuration is in force and fresh.")
