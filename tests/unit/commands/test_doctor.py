"""`doctor`: every profile, every device found or that none was, and what to do next."""

from __future__ import annotations

import pytest

import appliance.commands.doctor as doctor_command
from appliance.commands.doctor import doctor
from drivers.discovery import FoundDevice, FoundKind
from drivers.errors import DeviceTimedOut
from drivers.sbi.jws import to_base64url
from drivers.sbi.messages import DiscoveredDevice
from drivers.sbi.offered import described


def offered(kind: str, sub_type: str) -> DiscoveredDevice:
    """What a service says of a scanner."""
    digital_id = described(kind, sub_type, "Maker", "Model", "S1", "2026-01-01T00:00:00Z")
    return DiscoveredDevice(
        device_id="1",
        device_status="Ready",
        certification="L1",
        service_version="0.9.5",
        device_sub_id=(0,),
        callback_id="http://127.0.0.1:4501",
        digital_id=to_base64url(digital_id.to_json()),
        device_code="1",
        purpose="Registration",
    )


OFFER = offered("Finger", "Slap")


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


async def test_what_is_plugged_in_comes_before_what_could_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_command, "_FINDERS", {})
    monkeypatch.setattr(doctor_command, "offered_scanners", lambda: [(4501, OFFER)])
    kinds = [row["kind"] for row in await doctor()]
    assert kinds[0] == "sbi-scanner"
    assert set(kinds[1:]) == {"profile"}


@pytest.mark.parametrize(
    ("kind", "sub_type", "profiles"),
    [("Finger", "Slap", ["sbi-slap"]), ("Finger", "Single", ["sbi-single"]), ("Face", "Full face", ["sbi-face"])],
)
async def test_a_scanner_behind_sbi_is_shown_with_the_profile_that_fits_it(
    monkeypatch: pytest.MonkeyPatch, kind: str, sub_type: str, profiles: list[str]
) -> None:
    monkeypatch.setattr(doctor_command, "_FINDERS", {})
    monkeypatch.setattr(doctor_command, "offered_scanners", lambda: [(4501, offered(kind, sub_type))])
    row = next(row for row in await doctor() if row["kind"] == "sbi-scanner")
    assert (row["device"], row["serial_number"], row["profiles"]) == ("4501", "S1", profiles)
    assert f"--profile {profiles[0]} --set port=4501" in row["advice"]


async def test_the_real_system_can_be_examined() -> None:
    kinds = {row["kind"] for row in await doctor()}
    assert "profile" in kinds
    assert kinds <= {
        "profile",
        "nothing-found",
        "usb-device",
        "serial-port",
        "camera",
        "scanner",
        "chip-reader",
        "sbi-scanner",
    }
