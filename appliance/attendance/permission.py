"""Whose images a box may use. Pure."""

from __future__ import annotations

from appliance.errors import DeviceError
from appliance.model.capture import DeviceFacts


def refuse_simulated(facts: DeviceFacts) -> None:
    """The rule of a production box: what no sensor saw never becomes part of an attendance."""
    if facts.simulated:
        raise DeviceError(
            "This image comes from no real device: a box in service does not use it.", code="device-simulated"
        )


def permit_all(_facts: DeviceFacts) -> None:
    """The rule of a sandbox; what is simulated is marked so in the signed package."""
