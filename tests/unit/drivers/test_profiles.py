"""Profiles are data that is judged whole: a wrong key or value is refused with the profile's name and its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.contracts import DeviceIdentity
from drivers.errors import FirmwareNotApproved, OptionInvalid
from drivers.profiles import Use, load_profiles, profile_from_toml
from drivers.registry import driver_entry

GOOD = """
contract = "fingerprint-reader"
driver = "zfm"
vendor = "Maker"
model = "R1"
use = ["enrolment", "training"]
resolution_ppi = 500
firmware_versions = ["1.0", "1.2"]
[[match]]
vendor_id = "05ba"
product_id = "000a"
[options]
baud = 57600
"""


def test_a_profile_gives_its_driver_its_options() -> None:
    profile = profile_from_toml("maker-r1", GOOD.encode())
    assert profile.profile_id == "maker-r1"
    assert profile.driver_options() == {"baud": 57600, "resolution_ppi": 500}
    assert profile.use == (Use.ENROLMENT, Use.TRAINING)


CAMERA = """
contract = "camera"
driver = "opencv-camera"
vendor = "Maker"
model = "C1"
use = ["enrolment"]
orientation_deg = 90
exposure = { shortest_ms = 1.0, longest_ms = 20.0 }
"""


def test_a_cameras_orientation_and_exposure_are_its_drivers_options() -> None:
    assert profile_from_toml("maker-c1", CAMERA.encode()).driver_options() == {
        "orientation_deg": 90,
        "shortest_exposure_ms": 1.0,
        "longest_exposure_ms": 20.0,
    }


def test_exposure_limits_must_be_in_order() -> None:
    with pytest.raises(OptionInvalid, match="exposure"):
        profile_from_toml("maker-c1", CAMERA.replace("20.0", "0.5").encode())


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("vendor =", "vendro =", "vendro"),
        ('driver = "zfm"\n', "", "driver"),
        ("05ba", "05BA", "vendor_id"),
        ("fingerprint-reader", "teleporter", "contract"),
        ('"training"', '"fun"', "use"),
        ("500", "0", "resolution_ppi"),
        ("[options]", "[options", "maker-r1"),
        ('use = ["enrolment", "training"]', "use = []", "use"),
        ("[[match]]", 'certification = "CE"\n[[match]]', "certification"),
        ("[[match]]", "sensor_mm = [16.0]\n[[match]]", "sensor_mm"),
        ("[[match]]", "sensor_mm = [16.0, 0.0]\n[[match]]", "sensor_mm"),
        ("[[match]]", "orientation_deg = 45\n[[match]]", "orientation_deg"),
        ("[[match]]", "orientation_deg = 90\n[[match]]", "orientation_deg"),
        ("[[match]]", "exposure = { shortest_ms = 1.0, longest_ms = 20.0 }\n[[match]]", "exposure"),
        ("[[match]]", 'capabilities = ["mind-reading"]\n[[match]]', "capabilities"),
        ("[[match]]", 'quirks = ["haunted"]\n[[match]]', "quirks"),
        ("[[match]]", "quality_thresholds = { toe = 30 }\n[[match]]", "quality_thresholds"),
        ("[[match]]", "quality_thresholds = { index = 101 }\n[[match]]", "quality_thresholds"),
        ("[[match]]", "cleaning_interval_days = 0\n[[match]]", "cleaning_interval_days"),
        ("[[match]]", "simulated = true\n[[match]]", "use"),
        ("[options]", '[[match]]\nvendor_id = "05ba"\nproduct_id = "000a"\n[options]', "match"),
    ],
)
def test_a_wrong_profile_is_refused_by_name(old: str, new: str, named: str) -> None:
    with pytest.raises(OptionInvalid, match=named) as refused:
        profile_from_toml("maker-r1", GOOD.replace(old, new).encode())
    assert "maker-r1" in refused.value.sentence


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        ("fingerprint-reader", "teleporter", "'fingerprint-reader', 'camera'"),
        ('"training"', '"fun"', "'enrolment', 'training', 'demonstration', 'log-in'"),
        ("[[match]]", 'certification = "none"\n[[match]]', "'', 'EBTS-F', 'PIV'"),
        ("[[match]]", "orientation_deg = 45\n[[match]]", "0, 90, 180, 270"),
        ("[[match]]", "quality_thresholds = { toe = 30 }\n[[match]]", "'thumb', 'index'"),
    ],
)
def test_a_value_that_is_none_of_a_list_is_refused_with_the_list(old: str, new: str, allowed: str) -> None:
    with pytest.raises(OptionInvalid) as refused:
        profile_from_toml("maker-r1", GOOD.replace(old, new).encode())
    assert f"(one of {allowed}" in refused.value.sentence


def test_a_wrong_file_keeps_no_other_profile_from_being_used(tmp_path: Path) -> None:
    (tmp_path / "maker-r1.toml").write_text(GOOD)
    (tmp_path / "maker-r2.toml").write_text(GOOD.replace("zfm", "zfm\nvendro"))
    (tmp_path / "maker-r3.toml").mkdir()
    profiles = load_profiles(tmp_path)
    assert (set(profiles), set(profiles.wrong)) == ({"maker-r1"}, {"maker-r2", "maker-r3"})
    profiles.check("maker-r1")
    for wrong in profiles.wrong:
        with pytest.raises(OptionInvalid, match=wrong):
            profiles.check(wrong)


@pytest.mark.parametrize("version", ["1.1", ""])
def test_a_firmware_that_is_not_approved_is_refused(version: str) -> None:
    profile = profile_from_toml("maker-r1", GOOD.encode())
    with pytest.raises(FirmwareNotApproved):
        profile.check_firmware(DeviceIdentity(vendor="", model="", firmware_version=version))


def test_an_approved_firmware_passes_and_no_list_means_any() -> None:
    identity = DeviceIdentity(vendor="", model="", firmware_version="1.2")
    profile_from_toml("a", GOOD.encode()).check_firmware(identity)
    any_version = GOOD.replace('firmware_versions = ["1.0", "1.2"]', "")
    profile_from_toml("a", any_version.encode()).check_firmware(DeviceIdentity(vendor="", model=""))


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(OptionInvalid, match="missing"):
        load_profiles(tmp_path / "nowhere")


def test_every_shipped_profile_fits_its_driver() -> None:
    profiles = load_profiles()
    assert {"simulated-fingerprint", "simulated-camera", "simulated-scanner"} <= set(profiles)
    for profile in profiles.values():
        assert driver_entry(profile.driver).contract is profile.contract
        assert not (profile.simulated and Use.ENROLMENT in profile.use)
