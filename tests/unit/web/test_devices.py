"""The page of the devices: the post's own, and what is plugged in besides with the reason why it is not used."""

from __future__ import annotations

import json

import pytest

from appliance.model.device import Care, CareDue, DeviceState, DeviceStatus, UnusedDevice, UnusedReason
from drivers.contracts import Contract
from tests.unit.attendance.makers import AT
from tests.unit.web.counter import Counter, Person


def _plug_in(counter: Counter, reason: UnusedReason, description: str = "Cheap Reader") -> None:
    counter.unused.append(UnusedDevice(kind="usb-device", description=description, usb="dead:beef", reason=reason))


async def test_an_unapproved_device_is_shown_with_its_reason(counter: Counter, ana: Person) -> None:
    _plug_in(counter, UnusedReason.NOT_APPROVED)
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
    _plug_in(counter, UnusedReason.NOT_APPROVED, "<script>alert(1)</script>")
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


def _due(counter: Counter, *, overdue: bool) -> None:
    counter.devices.append(
        DeviceStatus(
            device_id="reader",
            contract=Contract.FINGERPRINT_READER,
            profile_id="uru4500",
            state=DeviceState.READY,
        )
    )
    due = CareDue(device_id="reader", care=Care.CLEANING, last_at=AT, due_at=AT, overdue=overdue)
    counter.care.append(due)


async def test_a_device_says_when_it_is_to_be_cleaned(counter: Counter, ana: Person) -> None:
    _due(counter, overdue=False)
    _, page = await ana.see("/devices")
    assert "Limpeza" in page
    assert f"Última: {AT[:10]}" in page
    assert "Em atraso" not in page
    _, answer = await ana.ask("/devices")
    (device,) = json.loads(answer)["devices"]
    assert device["care"] == [{"care": "cleaning", "last_at": AT, "due_at": AT, "overdue": False}]


async def test_the_technician_says_that_it_is_clean(counter: Counter, ana: Person) -> None:
    _due(counter, overdue=True)
    _, page = await ana.see("/devices")
    assert "Em atraso" in page
    status, answer = await ana.post("/devices/reader/care", care="cleaning")
    assert (status, answer["device_id"], counter.cared_for) == (200, "reader", [("reader", Care.CLEANING)])


async def test_a_care_that_there_is_not_is_refused(counter: Counter, ana: Person) -> None:
    _due(counter, overdue=True)
    status, answer = await ana.post("/devices/reader/care", care="polishing")
    assert (status, answer["error"], counter.cared_for) == (400, "form-field", [])


@pytest.mark.parametrize(("code", "shown"), [("option-invalid", True), ("device-lost", False)])
async def test_a_wrong_setting_is_shown_as_the_driver_puts_it(
    counter: Counter, ana: Person, code: str, shown: bool
) -> None:
    said = "Object contains unknown field path. Its settings are: device, baud."
    counter.devices.append(
        DeviceStatus(
            device_id="reader-7",
            contract=Contract.FINGERPRINT_READER,
            profile_id="zfm-r307",
            state=DeviceState.FAILED,
            error_code=code,
            sentence=said,
        )
    )
    _, page = await ana.see("/devices")
    assert (said in page, "reader-7" in page) == (shown, True)
