"""Are the post's devices ready?"""

from __future__ import annotations

from collections.abc import Sequence

from appliance.health.finding import Finding, failed, ok, warning
from appliance.model.device import DeviceState, DeviceStatus

CHECK = "devices"
_WELL = frozenset({DeviceState.READY, DeviceState.BUSY})
_COMING = frozenset({DeviceState.STARTING, DeviceState.RESTARTING})


def judge_devices(statuses: Sequence[DeviceStatus]) -> Finding:
    """The worst device decides; the sentence names every device that needs a hand, by the id in the settings."""
    broken = [status for status in statuses if status.state not in _WELL | _COMING]
    if broken:
        named = ", ".join(status.device_id for status in broken)
        return failed(CHECK, "device-failed", f"Not working: {named}. Check that it is plugged in and switched on.")
    coming = [status for status in statuses if status.state in _COMING]
    if coming:
        named = ", ".join(status.device_id for status in coming)
        return warning(CHECK, "device-starting", f"Starting: {named}. Wait a moment.")
    if not statuses:
        return warning(
            CHECK, "no-devices", "No devices are set up: ask the field engineer to add them to the settings."
        )
    return ok(CHECK, f"All {len(statuses)} devices are ready.")
