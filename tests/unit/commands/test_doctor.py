"""`doctor`: every profile, every device found or that none was, and what to do next."""

from __future__ import annotations

import pytest

import appliance.commands.doctor as doctor_command
from appliance.commands.doctor import doctor
from drivers.discovery import FoundDevice, FoundKind
from drivers.errors import DeviceTimedOut


def _late() -> list[FoundDevice]:
    raise DeviceTimedOut("Looking for scanners took too long.")


async def test_what_is_found_is_matched_and_what_is_not_is_advised(monkeypatch: pytest.MonkeyPatch) -> None:
    port = FoundDevice(kind=FoundKind.SERIAL_PORT, device="/dev/ttyUSB0", vendor_id="1a86", product_id="7523")
    stranger = FoundDevice(
        kind=FoundKind.USB_DEVICE, device="/dev/bus/usb/001/009", vendor_id="dead", product_id="beef"
    )
    closed = FoundDevice(kind=FoundKind.CAMERA, device="/dev/video0", accessible=False)
    monkeypatch.setattr(
        doctor_command,
        "_FINDERS",
        {
            FoundKind.USB_DEVICE: lambda: [stranger],
            FoundKind.SERIAL_PORT: lambda: [port],
            FoundKind.CAMERA: lambda: [closed],
            FoundKind.SCANNER: _late,
        },
    )
    rows = {row.get("device", row.get("profile", row.get("of"))): row for row in await doctor()}
    assert rows["/dev/ttyUSB0"]["usb"] == "1a86:7523"
    assert rows["/dev/bus/usb/001/009"]["status"] == "unknown"
    assert "not among the approved" in rows["/dev/bus/usb/001/009"]["advice"]
    assert "zfm-r307" in rows["/dev/ttyUSB0"]["profiles"]
    assert "claim-kiosk capture --profile" in rows["/dev/ttyUSB0"]["advice"]
    assert "video" in rows["/dev/video0"]["advice"]
    assert rows["scanner"]["advice"] == "Looking for scanners took too long."
    assert "simulated" in rows["simulated-camera"]["note"]


async def test_the_real_system_can_be_examined() -> None:
    kinds = {row["kind"] for row in await doctor()}
    assert "profile" in kinds
    assert kinds <= {"profile", "nothing-found", "usb-device", "serial-port", "camera", "scanner", "chip-reader"}
