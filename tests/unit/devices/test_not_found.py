"""A device that was not found is called by its name, and its place is said unless it may hold a secret."""

from __future__ import annotations

import pytest

from appliance.devices.not_found import with_its_name
from drivers.errors import DeviceLost, DeviceNotFound
from drivers.profiles import load_profiles

PROFILES = load_profiles()


@pytest.mark.parametrize(
    ("profile_id", "device", "said"),
    [
        ("nb1010", "", "The NEXT Biometrics NB-1010-U was not found: check"),
        ("zfm-r503", "/dev/ttyUSB7", "The Hangzhou Grow R503 was not found at /dev/ttyUSB7: check"),
        ("uru4500", "usb:05ba:000a:A1", "The DigitalPersona U.are.U 4500 was not found at usb:05ba:000a:A1: check"),
        ("opencv-camera", "rtsp://user:swordfish@camera/", "The USB or network camera was not found: check"),
    ],
)
def test_the_device_is_named(profile_id: str, device: str, said: str) -> None:
    assert with_its_name(DeviceNotFound(), PROFILES[profile_id], device).sentence.startswith(said)


def test_what_a_driver_says_better_itself_and_other_errors_stay() -> None:
    for error in (DeviceNotFound("There is no file a.avi."), DeviceLost()):
        assert with_its_name(error, PROFILES["nb1010"], "") is error
