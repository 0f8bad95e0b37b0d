"""A device fails while somebody stands before it: named, with a sentence, and nothing of the attendance is lost."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.errors import ServiceError
from appliance.sandbox.once import AREAS
from appliance.sandbox.technician import RobotTechnician
from tests.workflow.post import APPLICANT, Box, until


async def device(technician: RobotTechnician, device_id: str) -> dict[str, Any]:
    listed = (await technician.look("/devices"))["devices"]
    found: dict[str, Any] = next(row for row in listed if row["device_id"] == device_id)
    return found


async def until_device(technician: RobotTechnician, device_id: str, *states: str) -> dict[str, Any]:
    return await until(lambda: device(technician, device_id), lambda found: found["state"] in states)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("crash", "host-crashed"),
        ("unplug", "device-lost"),
        ("fault", "device-fault"),
        ("corrupt", "device-protocol"),
    ],
)
async def test_a_device_that_fails_in_a_capture_is_named_and_the_attendance_stays(
    box: Box, fault: str, code: str
) -> None:
    box.configure(fingerprint_reader={"faults": {fault: True}})
    box.start()
    async with box.technician() as technician:
        attendance_id = await technician.open("one-finger", AREAS)
        with pytest.raises(ServiceError) as refused:
            await technician.take(attendance_id, APPLICANT, "pt")
        assert refused.value.code == code
        assert refused.value.sentence.endswith(".")
        view = await technician.attendance(attendance_id)
        assert view["step"] == "fingerprints"
        assert view["targets"][0]["attempts"] == []
        assert view["capturing"] is False


async def test_a_driver_that_hangs_is_killed_and_started_again(box: Box) -> None:
    box.configure(fingerprint_reader={"faults": {"hang": True, "after_frames": 1}})
    box.start()
    await box.take()
    async with box.technician() as technician:
        before = await device(technician, "fingerprint-reader")
        attendance_id = await technician.open("one-finger", AREAS)
        with pytest.raises(ServiceError) as refused:
            await technician.take(attendance_id, APPLICANT, "pt")
        assert refused.value.code == "host-unresponsive"
        after = await until_device(technician, "fingerprint-reader", "ready")
        assert after["host_pid"] not in (0, before["host_pid"])
        assert after["restarts"] > before["restarts"]
        # The new host's first image is a good one again.
        assert (await technician.take(attendance_id, APPLICANT, "pt"))["step"] == "sealed"


async def test_a_device_that_cannot_be_opened_does_not_stop_the_others(box: Box) -> None:
    box.configure(camera={"faults": {"refuse": True}})
    box.start()
    async with box.technician() as technician:
        camera = await until_device(technician, "camera", "failed")
        assert camera["error"] == "device-access-denied"
        assert camera["sentence"].endswith(".")
        await until_device(technician, "fingerprint-reader", "ready")
    assert (await box.take("one-finger"))["step"] == "sealed"


async def test_a_wrong_setting_of_a_device_is_named(box: Box) -> None:
    box.configure(camera={"shutter": "fast"})
    box.start()
    async with box.technician() as technician:
        camera = await until_device(technician, "camera", "failed")
    assert camera["error"] == "option-invalid"
    assert "shutter" in camera["sentence"]


async def test_a_box_in_service_uses_no_simulated_device(box: Box) -> None:
    box.configure(mode="production")
    box.start()
    async with box.technician() as technician:
        listed = (await technician.look("/devices"))["devices"]
        assert {row["error"] for row in listed} == {"device-not-for-enrolment"}
        assert all(row["host_pid"] == 0 and row["sentence"].endswith(".") for row in listed)
        attendance_id = await technician.open("one-finger", AREAS)
        with pytest.raises(ServiceError) as refused:
            await technician.take(attendance_id, APPLICANT, "pt")
    assert refused.value.code == "device-not-for-enrolment"
