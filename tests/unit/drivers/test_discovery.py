"""What the system says is plugged in, read without opening anything."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from drivers.discovery import FoundDevice, FoundKind, find_cameras, matching_profiles, scanners_from_list
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
