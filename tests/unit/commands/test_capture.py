"""`capture`: one image through the real host process, whole or not at all, and every refusal by name."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest

from appliance.commands.capture import capture
from appliance.errors import DeviceError, SettingsError, UsageError
from drivers.profiles import PROFILES_DIRECTORY


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize(
    ("profile_id", "channels", "resolution_ppi"),
    [("simulated-fingerprint", 1, 500), ("simulated-camera", 3, None)],
)
async def test_one_image_is_written_and_described(
    profile_id: str, channels: int, resolution_ppi: int | None, tmp_path: Path
) -> None:
    out = tmp_path / "image.png"
    summary = await capture(profile_id, "", {"seed": "7"}, out)
    image = cv2.imread(str(out), cv2.IMREAD_UNCHANGED)
    assert image is not None
    assert (image.shape[1], image.shape[0]) == (summary["width"], summary["height"])
    assert (1 if image.ndim == 2 else image.shape[2]) == channels == summary["channels"]
    assert summary["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert summary["resolution_ppi"] == resolution_ppi
    assert summary["simulated"] is True
    assert out.stat().st_mode & 0o077 == 0
    assert _names(tmp_path) == ["image.png"]


@pytest.mark.parametrize(
    ("profile_id", "device", "options", "code"),
    [
        ("simulated-camera", "/dev/video9", {}, "option-invalid"),
        ("simulated-camera", "", {"sead": "1"}, "option-invalid"),
        ("simulated-camera", "", {"faults.unplug": "true"}, "device-lost"),
        ("simulated-camera", "", {"faults.crash": "true"}, "host-crashed"),
        ("zfm-r307", "/dev/no-such-port", {}, "device-not-found"),
        ("opencv-camera", "/no/such/file.mp4", {}, "device-not-found"),
    ],
)
async def test_a_device_that_fails_is_named_and_no_file_is_left(
    profile_id: str, device: str, options: dict[str, str], code: str, tmp_path: Path
) -> None:
    with pytest.raises(DeviceError) as failed:
        await capture(profile_id, device, options, tmp_path / "image.png")
    assert failed.value.code == code
    assert _names(tmp_path) == []


async def test_an_unknown_profile_and_a_missing_folder_are_refused_before_anything_is_captured(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as unknown:
        await capture("no-such-profile", "", {}, tmp_path / "image.png")
    assert unknown.value.code == "profile-unknown"
    with pytest.raises(UsageError) as missing:
        await capture("simulated-camera", "", {}, tmp_path / "nowhere" / "image.png")
    assert missing.value.code == "out-folder-missing"
    with pytest.raises(UsageError, match="--out names a folder") as folder:
        await capture("simulated-camera", "", {}, tmp_path)
    assert folder.value.code == "out-is-folder"


@pytest.mark.parametrize("profile_id", ["opencv-camera", "zfm-r503"])
async def test_a_device_that_must_be_named_is_asked_for_by_its_option(profile_id: str, tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="--device") as failed:
        await capture(profile_id, "", {}, tmp_path / "image.png")
    assert failed.value.code == "option-invalid"


@pytest.mark.skipif(os.getuid() == 0, reason="root writes everywhere")
async def test_a_folder_that_may_not_be_written_to_is_refused_as_outs(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError, match="--out") as refused:
        await capture("simulated-camera", "", {}, tmp_path / "image.png")
    assert refused.value.code == "out-unwritable"


async def test_a_folder_that_may_not_even_be_looked_into_is_refused_as_outs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    monkeypatch.setattr(Path, "is_dir", refused_below(closed))
    for out in (closed / "image.png", closed / "deeper" / "image.png"):
        with pytest.raises(UsageError, match="--out") as refused:
            await capture("simulated-camera", "", {}, out)
        assert refused.value.code == "out-unwritable"


def refused_below(folder: Path) -> Callable[[Path], bool]:
    """`Path.is_dir` as it is for a user who may not search `folder`; the tests' own user may be root."""
    real = Path.is_dir

    def is_dir(path: Path) -> bool:
        if folder in path.parents:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path)

    return is_dir


@pytest.mark.parametrize("content", [b"", b"Dear Sir or Madam"])
async def test_only_a_png_is_written_over(content: bytes, tmp_path: Path) -> None:
    out = tmp_path / "letter.txt"
    out.write_bytes(content)
    with pytest.raises(UsageError, match="not written over") as refused:
        await capture("simulated-camera", "", {}, out)
    assert refused.value.code == "out-not-png"
    assert out.read_bytes() == content


async def test_an_earlier_image_is_written_over(tmp_path: Path) -> None:
    out = tmp_path / "image.png"
    first = await capture("simulated-fingerprint", "", {"seed": "1"}, out)
    second = await capture("simulated-fingerprint", "", {"seed": "2"}, out)
    assert first["sha256"] != second["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()


async def test_a_pipe_as_out_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError) as refused:
        await capture("simulated-camera", "", {}, tmp_path / "pipe")
    assert refused.value.code == "out-not-png"


async def test_simulated_is_a_setting_of_every_driver_and_is_true_or_false(tmp_path: Path) -> None:
    for said in ("maybe", "2"):
        with pytest.raises(DeviceError, match="simulated is true or false") as refused:
            await capture("nb1010", "", {"simulated": said}, tmp_path / "image.png")
        assert refused.value.code == "option-invalid"


async def test_nothing_becomes_real_by_its_settings(tmp_path: Path) -> None:
    assert (await capture("simulated-camera", "", {"simulated": "false"}, tmp_path / "image.png"))["simulated"] is True


async def test_a_wrong_profile_is_refused_by_name_and_stops_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "profiles"
    shutil.copytree(PROFILES_DIRECTORY, folder)
    (folder / "mine.toml").write_text('contract = "camera"')
    assert await capture("simulated-fingerprint", "", {}, tmp_path / "image.png", profiles=folder)
    with pytest.raises(DeviceError, match="The profile mine is wrong") as refused:
        await capture("mine", "", {}, tmp_path / "image.png", profiles=folder)
    assert refused.value.code == "option-invalid"


@pytest.mark.parametrize(
    ("driver", "code"), [("teleporter", "driver-unknown"), ("simulated-scanner", "profile-contract")]
)
async def test_a_profile_whose_driver_does_not_fit_is_refused(driver: str, code: str, tmp_path: Path) -> None:
    text = (PROFILES_DIRECTORY / "simulated-camera.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(text.replace('driver = "simulated-camera"', f'driver = "{driver}"'))
    with pytest.raises(SettingsError, match="The profile mine") as refused:
        await capture("mine", "", {}, tmp_path / "image.png", profiles=tmp_path)
    assert refused.value.code == code


async def test_a_device_where_none_can_be_named_is_refused_as_the_command_has_it(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="Leave --device out") as refused:
        await capture("simulated-camera", "/dev/video9", {}, tmp_path / "image.png")
    assert refused.value.code == "option-invalid"
