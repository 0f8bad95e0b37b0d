"""What is plugged in and not used is shown with its reason; what the settings name is not shown twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from appliance.devices.unused import InUse, UnusedDevices, unused
from appliance.model.device import UnusedReason
from drivers.discovery import FoundDevice, FoundKind
from drivers.profiles import load_profiles

PROFILES = load_profiles()
UNKNOWN = FoundDevice(
    kind=FoundKind.USB_DEVICE,
    device="/dev/bus/usb/001/004",
    description="Cheap Reader",
    vendor_id="dead",
    product_id="beef",
)
URU = FoundDevice(
    kind=FoundKind.USB_DEVICE,
    device="/dev/bus/usb/001/005",
    vendor_id="05ba",
    product_id="000a",
    serial_number="A1",
)
PORT = FoundDevice(
    kind=FoundKind.SERIAL_PORT, device="/dev/ttyUSB0", vendor_id="1a86", product_id="7523", serial_number="B2"
)
CAMERA = FoundDevice(kind=FoundKind.CAMERA, device="/dev/video0", description="Desk camera")
CARDS = FoundDevice(kind=FoundKind.CHIP_READER, device="/dev/bus/usb/001/006", vendor_id="072f", product_id="2200")
EVERYTHING = (UNKNOWN, URU, PORT, CAMERA, CARDS)


def _reason(found: FoundDevice, *, production: bool = False) -> UnusedReason:
    (only,) = unused([found], PROFILES, [], production=production)
    return only.reason


def test_a_model_without_a_profile_is_not_approved() -> None:
    (only,) = unused([UNKNOWN], PROFILES, [], production=False)
    assert (only.description, only.usb, only.reason) == ("Cheap Reader", "dead:beef", UnusedReason.NOT_APPROVED)


def test_an_approved_one_that_the_settings_leave_out_is_to_be_added() -> None:
    assert _reason(URU) is UnusedReason.NOT_IN_SETTINGS
    assert _reason(CAMERA) is UnusedReason.NOT_IN_SETTINGS


def test_a_reader_for_training_is_none_for_a_post_in_service() -> None:
    assert _reason(URU, production=True) is UnusedReason.NOT_FOR_ENROLMENT


def test_one_that_this_user_may_not_open_is_a_matter_of_permission() -> None:
    shut = FoundDevice(
        kind=FoundKind.USB_DEVICE, device="/dev/bus/usb/001/005", vendor_id="05ba", product_id="000a", accessible=False
    )
    assert _reason(shut) is UnusedReason.NO_ACCESS


@pytest.mark.parametrize(
    ("profile", "device", "it"),
    [
        ("uru4500", "", URU),
        ("uru4500", "A1", URU),
        ("uru4500", "/dev/bus/usb/001/005", URU),
        ("zfm-r307", "/dev/ttyUSB0", PORT),
        ("zfm-r307", "usb:1a86:7523", PORT),
        ("zfm-r307", "usb:1a86:7523:B2", PORT),
        ("opencv-camera", "/dev/video0", CAMERA),
        ("pcsc-reader", "", CARDS),
    ],
)
def test_what_the_settings_name_is_used_and_nothing_else_is(profile: str, device: str, it: FoundDevice) -> None:
    in_use = [InUse(profile=PROFILES[profile], device=device)]
    assert unused([it], PROFILES, in_use, production=False) == ()
    assert len(unused(EVERYTHING, PROFILES, in_use, production=False)) == len(EVERYTHING) - 1


@pytest.mark.parametrize(
    ("profile", "device"),
    [
        ("uru4500", "A2"),
        ("zfm-r307", "usb:1a86:7523:B3"),
        ("zfm-r307", "/dev/ttyUSB1"),
        ("opencv-camera", "/dev/video1"),
    ],
)
def test_one_beside_the_one_that_was_meant_is_not_used(profile: str, device: str) -> None:
    in_use = [InUse(profile=PROFILES[profile], device=device)]
    assert len(unused(EVERYTHING, PROFILES, in_use, production=False)) == len(EVERYTHING)


def test_of_two_alike_one_is_used_and_the_other_shown() -> None:
    other = msgspec.structs.replace(CARDS, device="/dev/bus/usb/001/008")
    in_use = [InUse(profile=PROFILES["pcsc-reader"], device="")]
    assert len(unused([CARDS, other], PROFILES, in_use, production=False)) == 1


def test_a_chip_reader_is_known_by_a_part_of_its_name() -> None:
    named = msgspec.structs.replace(CARDS, description="ACS ACR122U PICC Interface")
    for device, left in (("acr122u", 0), ("omnikey", 1)):
        in_use = [InUse(profile=PROFILES["pcsc-reader"], device=device)]
        assert len(unused([named], PROFILES, in_use, production=False)) == left


def test_where_a_scanner_is_used_through_its_makers_service_an_unknown_device_may_be_it() -> None:
    in_use = [InUse(profile=PROFILES["sbi-slap"], device="")]
    (only,) = unused([UNKNOWN], PROFILES, in_use, production=False)
    assert only.reason is UnusedReason.PERHAPS_BY_SERVICE


async def test_a_look_that_fails_is_not_the_last() -> None:
    looks: list[int] = []
    changed = asyncio.Event()

    def find() -> Sequence[FoundDevice]:
        looks.append(1)
        if len(looks) == 1:
            raise OSError("it went away")
        return [UNKNOWN]

    looker = UnusedDevices(PROFILES, [], production=False, on_change=changed.set, find=find)
    running = asyncio.create_task(looker.run())
    try:
        async with asyncio.timeout(30):
            while not looks:
                await asyncio.sleep(0.01)
            looker.look_again()
            await changed.wait()
        assert len(looker.current()) == 1
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_camera_s_index_and_a_link_are_followed_to_where_they_lead(tmp_path: Path) -> None:
    (tmp_path / "ttyUSB0").touch()
    (tmp_path / "by-id").symlink_to(tmp_path / "ttyUSB0")
    port = msgspec.structs.replace(PORT, device=str(tmp_path / "ttyUSB0"))
    in_use = [
        InUse(profile=PROFILES["zfm-r307"], device=str(tmp_path / "by-id")),
        InUse(profile=PROFILES["opencv-camera"], device="0"),
    ]

    def find() -> Sequence[FoundDevice]:
        return [port, CAMERA, UNKNOWN]

    changed = asyncio.Event()
    looker = UnusedDevices(PROFILES, in_use, production=False, on_change=changed.set, find=find)
    running = asyncio.create_task(looker.run())
    try:
        async with asyncio.timeout(30):
            await changed.wait()
        assert [device.usb for device in looker.current()] == ["dead:beef"]
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_the_list_follows_what_is_plugged_in_and_out() -> None:
    plugged: list[FoundDevice] = [UNKNOWN]
    changed = asyncio.Event()

    def find() -> Sequence[FoundDevice]:
        return list(plugged)

    looker = UnusedDevices(PROFILES, [], production=False, on_change=changed.set, find=find)
    running = asyncio.create_task(looker.run())
    try:
        async with asyncio.timeout(30):
            await changed.wait()
            assert [device.usb for device in looker.current()] == ["dead:beef"]
            changed.clear()
            plugged.clear()
            looker.look_again()
            await changed.wait()
            assert looker.current() == ()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
