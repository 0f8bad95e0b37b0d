"""The post's devices together: what the settings name wrongly is refused, and production takes no pretence."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from appliance.devices.desk import Desk
from appliance.devices.enrolment_use import refuse_for_enrolment
from appliance.errors import DeviceError, SettingsError
from appliance.model.device import DeviceSettings, DeviceState
from drivers.contracts import Contract, FingerprintRequest
from drivers.profiles import Certification, Profile, Use, load_profiles

READER = DeviceSettings(device_id="reader-1", profile_id="simulated-fingerprint")
CAMERA = DeviceSettings(device_id="camera-1", profile_id="simulated-camera")


@pytest.fixture(scope="module")
def profiles() -> Mapping[str, Profile]:
    return load_profiles()


async def test_a_desk_gives_frames_by_contract_and_closes_without_a_trace(profiles: Mapping[str, Profile]) -> None:
    desk = Desk([READER, CAMERA], profiles, production=False)
    await desk.start()
    try:
        reader = desk.device(Contract.FINGERPRINT_READER)
        async with reader.frames(FingerprintRequest(position="right_index")) as frames:
            async for frame in frames:
                assert frame.simulated
                assert frame.resolution_ppi == 500
                break
        assert reader.facts().simulated
        await desk.device(Contract.CAMERA).wait_ready()
        pids = [status.host_pid for status in desk.statuses()]
        assert len(set(pids)) == 2, "every device has a process of its own"
    finally:
        await desk.close()
    assert not set(await asyncio.to_thread(os.listdir, "/proc")) & {str(pid) for pid in pids}
    assert {status.state for status in desk.statuses()} == {DeviceState.STOPPED}


async def test_production_never_starts_a_simulated_device(profiles: Mapping[str, Profile]) -> None:
    desk = Desk([READER], profiles, production=True)
    await desk.start()
    (status,) = desk.statuses()
    assert (status.state, status.error_code, status.host_pid) == (DeviceState.FAILED, "device-not-for-enrolment", 0)
    with pytest.raises(DeviceError) as refused:
        desk.device(Contract.FINGERPRINT_READER)
    assert refused.value.code == "device-not-for-enrolment"
    await desk.close()


def test_a_contract_that_no_device_fulfils_is_named(profiles: Mapping[str, Profile]) -> None:
    with pytest.raises(DeviceError) as missing:
        Desk([], profiles, production=False).device(Contract.DOCUMENT_SCANNER)
    assert missing.value.code == "device-not-configured"
    assert "document-scanner" in missing.value.sentence


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"driver": "teleporter"}, "driver-unknown"),
        ({"contract": Contract.CAMERA}, "profile-contract"),
        (None, "profile-unknown"),
    ],
)
def test_settings_that_name_what_is_not_there_are_refused(
    profiles: Mapping[str, Profile], change: dict[str, object] | None, code: str
) -> None:
    known = dict(profiles)
    if change is None:
        del known["simulated-fingerprint"]
    else:
        known["simulated-fingerprint"] = msgspec.structs.replace(known["simulated-fingerprint"], **change)
    with pytest.raises(SettingsError) as refused:
        Desk([READER], known, production=False)
    assert refused.value.code == code


CERTIFIED: dict[str, Any] = {
    "simulated": False,
    "use": (Use.ENROLMENT, Use.TRAINING),
    "sensor_mm": (16.0, 20.0),
    "certification": Certification.PIV,
}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"certification": Certification.EBTS_F}, None),
        ({"use": (Use.TRAINING, Use.DEMONSTRATION)}, "training and demonstration"),
        ({"use": (Use.LOG_IN,)}, "log-in"),
        ({"simulated": True}, "simulated"),
        ({"sensor_mm": (15.9, 20.0)}, "15.9 × 20 mm"),
        ({"sensor_mm": (20.0, 16.0)}, "20 × 16 mm"),
        ({"sensor_mm": None}, "does not say"),
        ({"certification": Certification.NONE}, "certificate"),
    ],
)
def test_only_real_large_and_certified_readers_make_records(
    change: dict[str, Any], why: str | None, profiles: Mapping[str, Profile]
) -> None:
    profile = msgspec.structs.replace(profiles["zfm-r307"], **CERTIFIED | change)
    reason = refuse_for_enrolment(profile)
    assert (reason is None) is (why is None)
    assert reason is None or (profile.model in reason and str(why) in reason)


def test_a_device_whose_profile_is_wrong_is_refused_with_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('contract = "teleporter"')
    profiles = load_profiles(tmp_path)
    settings = [DeviceSettings(device_id="x", profile_id="mine")]
    with pytest.raises(SettingsError, match="contract") as refused:
        Desk(settings, profiles, production=False, wrong_profiles=profiles.wrong)
    assert refused.value.code == "profile-wrong"
