"""What the system says is plugged in, read without opening anything."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from drivers.discovery import (
    FoundDevice,
    FoundKind,
    find_cameras,
    find_scanners,
    find_serial_ports,
    matching_profiles,
    scanners_from_list,
)
from drivers.errors import DeviceFault
from drivers.profiles import UsbMatch, load_profiles

PROFILES = load_profiles()


def test_scanners_are_read_from_the_list_that_was_asked_for() -> None:
    listed = "test:0|Noname|frontend-tester\nsome warning in between\nairscan:e0:Acme 5|Acme|5\n"
    assert [(found.device, found.description) for found in scanners_from_list(listed)] == [
        ("test:0", "Noname frontend-tester"),
        ("airscan:e0:Acme 5", "Acme 5"),
    ]


@pytest.mark.parametrize("listed", ["", "\n\n", "No scanners were identified.\n", "a|b\n", "|||\n"])
def test_a_list_without_scanners_has_none(listed: str) -> None:
    assert scanners_from_list(listed) == []


def test_cameras_are_read_from_sysfs_and_their_metadata_nodes_left_out(tmp_path: Path) -> None:
    usb = tmp_path / "usb1" / "interface"
    usb.mkdir(parents=True)
    (usb.parent / "idVendor").write_text("046d\n")
    (usb.parent / "idProduct").write_text("082d\n")
    for index in (0, 1):
        node = tmp_path / "class" / f"video{index}"
        node.mkdir(parents=True)
        (node / "index").write_text(f"{index}\n")
        (node / "name").write_text("Acme Cam\n")
        (node / "device").symlink_to(usb)
    (tmp_path / "video0").touch()
    (found,) = find_cameras(tmp_path / "class", tmp_path)
    assert found == FoundDevice(
        kind=FoundKind.CAMERA,
        device=str(tmp_path / "video0"),
        description="Acme Cam",
        vendor_id="046d",
        product_id="082d",
    )


def test_no_video_class_means_no_cameras(tmp_path: Path) -> None:
    assert find_cameras(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (FoundKind.SERIAL_PORT, ["zfm-r307", "zfm-r503"]),
        (FoundKind.CAMERA, ["opencv-camera"]),
        (FoundKind.SCANNER, ["sane-scanner"]),
    ],
)
def test_what_usb_does_not_tell_is_offered_every_profile_of_its_kind(kind: FoundKind, expected: list[str]) -> None:
    found = FoundDevice(kind=kind, device="x")
    assert [profile.profile_id for profile in matching_profiles(found, PROFILES.values())] == expected


def test_usb_ids_decide_where_a_profile_has_them() -> None:
    ids = UsbMatch(vendor_id="046d", product_id="082d")
    exact = msgspec.structs.replace(PROFILES["opencv-camera"], profile_id="acme", match=(ids,))
    found = FoundDevice(kind=FoundKind.CAMERA, device="/dev/video0", vendor_id="046d", product_id="082d")
    assert matching_profiles(found, [*PROFILES.values(), exact]) == [exact]


def _port(name: str, description: str, vendor_id: int | None = None) -> ListPortInfo:
    port = ListPortInfo(f"/dev/{name}")
    port.name, port.description, port.vid = name, description, vendor_id
    return port


def test_an_on_board_port_of_which_nothing_is_known_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = [
        _port("ttyS0", "ttyS0"),
        _port("ttyS1", "n/a"),
        _port("ttyUSB0", "ttyUSB0", 0x1A86),
        _port("rfc", "Reader"),
    ]
    monkeypatch.setattr(list_ports, "comports", lambda: ports)
    assert [found.device for found in find_serial_ports()] == ["/dev/ttyUSB0", "/dev/rfc"]


@pytest.mark.parametrize("half", [TypeError, ValueError, OSError])
def test_a_port_that_is_pulled_out_while_ports_are_listed_costs_no_other(
    monkeypatch: pytest.MonkeyPatch, half: type[Exception]
) -> None:
    """pyserial reads a file that is gone, and fails over the None that it gets."""
    answers: list[Exception | list[ListPortInfo]] = [half("gone"), [_port("ttyUSB0", "Converter", 0x1A86)]]

    def comports() -> list[ListPortInfo]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(list_ports, "comports", comports)
    assert [found.vendor_id for found in find_serial_ports()] == ["1a86"]


@pytest.mark.parametrize(("ends", "said"), [("exit 6", "with status 6"), ("kill -SEGV $$", "by signal 11")])
def test_how_looking_for_scanners_failed_is_said(
    ends: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "scanimage"
    program.write_text(f"#!/bin/sh\n{ends}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    with pytest.raises(DeviceFault, match=f"scanimage ended {said}"):
        find_scanners()
