"""Every recorded reader yields exactly the image that it was recorded with, through the command as it is shipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drivers.profiles import Profile, load_profiles
from tests.guards.availability import SHARED_DATA
from tests.replay.replaying import Recording, answer, command_beside, needs_umockdev, read, refusal

RECORDED_SEED = "scramble_seed=0x51ea2124"
_FOLDER = SHARED_DATA / "usb-recordings"
RECORDINGS = [Recording(path.parent) for path in sorted(_FOLDER.glob("*/capture.png"))]

pytestmark = [pytest.mark.shared, pytest.mark.system, needs_umockdev]
every_recording = pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.folder.name)


def profile_of(recording: Recording) -> Profile:
    found = [
        profile
        for profile in load_profiles().values()
        if any((match.vendor_id, match.product_id) == recording.usb_ids for match in profile.match)
    ]
    assert len(found) == 1
    return found[0]


def settings_for(profile: Profile) -> list[str]:
    return ["--set", RECORDED_SEED] if profile.driver == "uru4000" else []


@every_recording
def test_the_recorded_image_comes_out_pixel_for_pixel(recording: Recording, tmp_path: Path) -> None:
    profile, out = profile_of(recording), tmp_path / "out.png"
    arguments = ["--profile", profile.profile_id, *settings_for(profile), "--out", str(out), "--json"]
    said = answer(command_beside(recording, "capture", *arguments))
    assert np.array_equal(read(out), recording.expected())
    assert said["resolution_ppi"] == profile.resolution_ppi
    assert said["simulated"] is False


@pytest.mark.parametrize("recording", RECORDINGS[:1], ids=lambda recording: recording.folder.name)
def test_the_doctor_finds_it_and_names_its_profile(recording: Recording) -> None:
    done = command_beside(recording, "doctor", "--json")
    assert done.returncode == 0
    profile = profile_of(recording)
    assert f'"profiles": ["{profile.profile_id}"]' in done.stdout.decode()


@pytest.mark.parametrize("seed", ["0x0", "0x51ea2125", "0xffffffff"])
def test_another_seed_is_refused_and_leaves_no_file(seed: str, tmp_path: Path) -> None:
    recording = next(r for r in RECORDINGS if profile_of(r).driver == "uru4000")
    out = tmp_path / "out.png"
    profile = profile_of(recording).profile_id
    arguments = ["--profile", profile, "--set", f"scramble_seed={seed}", "--out", str(out), "--json"]
    done = command_beside(recording, "capture", *arguments)
    assert refusal(done) in {"device-timeout", "device-protocol", "device-lost", "host-unresponsive"}
    if refusal(done) == "device-timeout":
        assert "scramble_seed" in done.stderr.decode(errors="replace")
    assert not out.exists()
