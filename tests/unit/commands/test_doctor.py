"""`doctor`: every profile, every device found or that none was, and what to do next."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

import appliance.commands.doctor as doctor_command
from appliance.commands.doctor import doctor, profile_line
from drivers.discovery import FoundDevice, FoundKind
from drivers.errors import DeviceTimedOut
from drivers.profiles import PROFILES_DIRECTORY
from drivers.sbi.jws import to_base64url
from drivers.sbi.messages import DiscoveredDevice
from drivers.sbi.offered import described
from drivers.transport import access


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
    assert (row["device"], row["port"], row["serial_number"], row["profiles"]) == ("S1", 4501, "S1", profiles)
    assert f"--profile {profiles[0]} --device 'S1' --set trust=MAKER.pem --set env=Production --out" in row["advice"]
    assert ("To enrol with it" in row["advice"]) == (kind == "Finger")


async def test_a_scanner_that_is_not_certified_is_shown_how_to_be_tried_and_not_to_enrol(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    offer = msgspec.structs.replace(OFFER, certification="L0")
    monkeypatch.setattr(doctor_command, "_FINDERS", {})
    monkeypatch.setattr(doctor_command, "offered_scanners", lambda: [(4501, offer)])
    (row,) = [row for row in await doctor() if row["kind"] == "sbi-scanner"]
    assert "--set certification=L0" in row["advice"]
    assert "not for enrolment" in row["advice"]


async def test_that_no_service_of_a_certified_scanner_runs_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_command, "_FINDERS", {})
    monkeypatch.setattr(doctor_command, "offered_scanners", list)
    (row,) = [row for row in await doctor() if row["kind"] == "nothing-found"]
    assert row["of"] == "sbi-scanner"
    assert "SBI" in row["advice"]


READER = FoundDevice(
    kind=FoundKind.USB_DEVICE,
    device="/dev/bus/usb/001/002",
    vendor_id="298d",
    product_id="1010",
    usb_release="1.00",
)


@pytest.mark.parametrize(
    ("approved", "driver", "status", "said"),
    [
        ('["9.99"]', "nb1010", "firmware-not-approved", "It runs firmware 1.00"),
        ('["1.00"]', "nb1010", "matched", "Try it"),
        ('["9.99"]', "libfprint", "matched", "which also checks its firmware: approved are 9.99"),
        ("[]", "libfprint", "matched", "--out image.png"),
    ],
)
async def test_a_firmware_that_is_not_approved_is_seen_where_it_is_known_and_announced_where_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, approved: str, driver: str, status: str, said: str
) -> None:
    text = (PROFILES_DIRECTORY / "nb1010.toml").read_text(encoding="utf-8")
    text = text.replace('driver = "nb1010"', f'driver = "{driver}"\nfirmware_versions = {approved}')
    (tmp_path / "nb1010.toml").write_text(text)
    monkeypatch.setattr(doctor_command, "_FINDERS", {FoundKind.USB_DEVICE: lambda: [READER]})
    row = (await doctor(tmp_path))[0]
    assert row["status"] == status
    assert said in row["advice"]


@pytest.mark.parametrize("kind", [kind for kind in FoundKind if kind is not FoundKind.CHIP_READER])
async def test_what_this_user_may_not_use_is_shown_with_whom_it_belongs_to(
    monkeypatch: pytest.MonkeyPatch, kind: FoundKind
) -> None:
    closed = msgspec.structs.replace(READER, kind=kind, accessible=False)
    monkeypatch.setattr(doctor_command, "_FINDERS", {kind: lambda: [closed]})
    row = (await doctor())[0]
    assert row["status"] == "not-accessible"
    assert row["advice"] == getattr(access, "USB_READER" if kind is FoundKind.USB_DEVICE else kind.name)


async def test_a_wrong_profile_is_the_first_thing_said_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(PROFILES_DIRECTORY, tmp_path, dirs_exist_ok=True)
    (tmp_path / "wrong.toml").write_text('contract = "camera"')
    text = (PROFILES_DIRECTORY / "nb1010.toml").read_text(encoding="utf-8")
    (tmp_path / "nb1010.toml").write_text(text.replace('driver = "nb1010"', 'driver = "teleporter"'))
    monkeypatch.setattr(doctor_command, "_FINDERS", {FoundKind.USB_DEVICE: lambda: [READER]})
    rows = await doctor(tmp_path)
    assert [(row["kind"], row["profile"]) for row in rows[:2]] == [
        ("wrong-profile", "wrong"),
        ("wrong-profile", "nb1010"),
    ]
    assert "no driver called 'teleporter'" in rows[1]["advice"]
    assert rows[2]["status"] == "unknown", "a profile that nobody can use approves nothing"
    assert "nb1010" not in {row["profile"] for row in rows if row["kind"] == "profile"}


async def test_for_people_each_profile_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_command, "_FINDERS", {})
    lines = [profile_line(row) for row in await doctor() if row["kind"] == "profile"]
    assert all("\n" not in line for line in lines)
    assert any(line.startswith("sbi-slap ") and "SBI slap scanner" in line for line in lines)


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
