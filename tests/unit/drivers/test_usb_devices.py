"""USB devices as sysfs tells them: readers have an interface of their makers' own class, hubs and keyboards do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.discovery import FoundDevice, FoundKind, find_chip_readers, find_usb_devices, matching_profiles
from drivers.profiles import load_profiles


def plugged(root: Path, name: str, ids: tuple[str, str], *classes: str, serial: str = "", driven_by: str = "") -> None:
    folder = root / "devices" / name
    folder.mkdir(parents=True)
    facts = {"idVendor": ids[0], "idProduct": ids[1], "busnum": "1", "devnum": name[-1], "product": "Reader"}
    facts["bcdDevice"] = "0110"
    for fact, value in (facts | ({"serial": serial} if serial else {})).items():
        (folder / fact).write_text(f"{value}\n")
    for number, kind in enumerate(classes):
        interface = folder / f"{name}:1.{number}"
        interface.mkdir()
        (interface / "bInterfaceClass").write_text(f"{kind}\n")
        if driven_by:
            driver = root / "drivers" / driven_by
            driver.mkdir(parents=True, exist_ok=True)
            (interface / "driver").symlink_to(driver)


def found(root: Path) -> list[FoundDevice]:
    return find_usb_devices(root / "devices", root / "nodes")


def test_a_reader_is_found_with_what_tells_it_apart(tmp_path: Path) -> None:
    plugged(tmp_path, "1-7", ("05ba", "000a"), "ff", serial="{FB0B}")
    assert found(tmp_path) == [
        FoundDevice(
            kind=FoundKind.USB_DEVICE,
            device=str(tmp_path / "nodes" / "001" / "007"),
            description="Reader",
            vendor_id="05ba",
            product_id="000a",
            usb_release="1.10",
            serial_number="{FB0B}",
            accessible=False,
        )
    ]
    assert [p.profile_id for p in matching_profiles(found(tmp_path)[0], load_profiles().values())] == ["uru4500"]


@pytest.mark.parametrize("classes", [("09",), ("03", "03"), ("0e", "0e"), ("08",), ("ff", "03")])
def test_what_the_kernel_drives_is_left_out(classes: tuple[str, ...], tmp_path: Path) -> None:
    plugged(tmp_path, "1-3", ("1d6b", "0002"), *classes)
    assert found(tmp_path) == []


def test_a_serial_converter_is_the_kernels_though_its_class_is_its_makers_own(tmp_path: Path) -> None:
    plugged(tmp_path, "1-6", ("0403", "6001"), "ff", serial="ZFM7", driven_by="ftdi_sio")
    assert found(tmp_path) == []


def test_a_reader_that_a_program_holds_is_still_a_reader(tmp_path: Path) -> None:
    plugged(tmp_path, "1-7", ("05ba", "000a"), "ff", driven_by="usbfs")
    assert len(found(tmp_path)) == 1


def test_an_unknown_one_is_shown_and_matches_nothing(tmp_path: Path) -> None:
    plugged(tmp_path, "1-4", ("dead", "beef"), "ff")
    (stranger,) = found(tmp_path)
    assert matching_profiles(stranger, load_profiles().values()) == []


def test_a_chip_reader_is_told_by_its_class_and_is_pcscds(tmp_path: Path) -> None:
    plugged(tmp_path, "1-5", ("08e6", "3437"), "0b")
    (reader,) = find_chip_readers(tmp_path / "devices", tmp_path / "nodes")
    assert (reader.kind, reader.accessible) == (FoundKind.CHIP_READER, True)
    assert [p.profile_id for p in matching_profiles(reader, load_profiles().values())] == ["pcsc-reader"]
    assert found(tmp_path) == []


def test_no_usb_at_all_is_no_device(tmp_path: Path) -> None:
    assert found(tmp_path) == []
