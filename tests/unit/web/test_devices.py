"""The page of the devices: the post's own, and what is plugged in besides with the reason why it is not used."""

from __future__ import annotations

import json

from appliance.devices.unused import Reason, UnusedDevice
from appliance.model.device import DeviceState, DeviceStatus
from drivers.contracts import Contract
from drivers.discovery import FoundKind
from tests.unit.web.counter import Counter, Person


def _plug_in(counter: Counter, reason: Reason, description: str = "Cheap Reader") -> None:
    counter.unused.append(
        UnusedDevice(kind=FoundKind.USB_DEVICE, description=description, usb="dead:beef", reason=reason)
    )


async def test_an_unapproved_device_is_shown_with_its_reason(counter: Counter, ana: Person) -> None:
    _plug_in(counter, Reason.NOT_APPROVED)
    _, page = await ana.see("/devices")
    assert "Cheap Reader" in page
    assert "dead:beef" in page
    assert "não está aprovado" in page
    _, answer = await ana.ask("/devices")
    assert json.loads(answer)["unused"] == [
        {"kind": "usb-device", "description": "Cheap Reader", "usb": "dead:beef", "reason": "not-approved"}
    ]


async def test_without_one_nothing_is_said_of_it(counter: Counter, ana: Person) -> None:
    _, page = await ana.see("/devices")
    assert "Também ligado" not in page


async def test_what_a_device_calls_itself_is_only_text(counter: Counter, ana: Person) -> None:
    _plug_in(counter, Reason.NOT_APPROVED, "<script>alert(1)</script>")
    _, page = await ana.see("/devices")
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


async def test_another_model_at_a_device_s_place_is_said_on_its_tile(counter: Counter, ana: Person) -> None:
    counter.devices.append(
        DeviceStatus(
            device_id="camera",
            contract=Contract.CAMERA,
            profile_id="opencv-camera",
            state=DeviceState.FAILED,
            error_code="model-not-approved",
            sentence="Another model.",
        )
    )
    _, page = await ana.see("/devices")
    assert "Está ligado outro modelo" in page
