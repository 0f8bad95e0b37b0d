"""What is plugged in and not used is shown with its reason; what the settings name is not shown twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

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
        ("opencv-camera", "0", CAMERA),
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
    [("uru4500", "A2"), ("zfm-r307", "usb:1a86:7523:B3"), ("zfm-r307", "/dev/ttyUSB1"), ("opencv-camera", "1")],
)
def test_one_beside_the_one_that_was_meant_is_not_used(profile: str, device: str) -> None:
    in_use = [InUse(profile=PROFILES[profile], device=device)]
    assert len(unused(EVERYTHING, PROFILES, in_use, production=False)) == len(EVERYTHING)


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
