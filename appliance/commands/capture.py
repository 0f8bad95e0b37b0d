"""`claim-kiosk capture`: one image from one device, through the same host process as in an attendance."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from pathlib import Path
from typing import Any

import cv2

from appliance.devices.hosted_device import HostedDevice
from appliance.devices.profile_driver import check_driver
from appliance.durable.private_file import write_private
from appliance.errors import DeviceError, StateError, UsageError
from drivers.contracts import CameraRequest, Contract, FingerprintRequest, Frame, Pixels, Request, ScanRequest
from drivers.errors import DriverError, OptionInvalid
from drivers.profiles import PROFILES_DIRECTORY, Profile, load_profiles

_CAMERA_WARM_UP_FRAMES = 5
"""A camera's first frames are taken before it has found its exposure; the last of these is kept."""
_LACKS_DEVICE = "missing required field `device`"
_TAKES_NO_DEVICE = "unknown field `device`"
_PNG = b"\x89PNG\r\n\x1a\n"
_REQUESTS: dict[Contract, Request] = {
    Contract.FINGERPRINT_READER: FingerprintRequest(),
    Contract.CAMERA: CameraRequest(frame_limit=_CAMERA_WARM_UP_FRAMES),
    Contract.DOCUMENT_SCANNER: ScanRequest(),
}


async def capture(
    profile_id: str, device: str, options: dict[str, str], out: Path, *, profiles: Path = PROFILES_DIRECTORY
) -> dict[str, Any]:
    """Write one image as PNG (mode 0600, whole or not at all) and say what was taken.

    Raises UsageError for an unknown profile, one that takes no images or an `out` that cannot be a file, SettingsError
    for one whose driver there is not, DeviceError with the driver's code, DiskFull and StorageCorrupted for the disk.
    """
    profile = await asyncio.to_thread(_profile, profile_id, profiles)
    if profile.contract not in _REQUESTS:
        raise UsageError(f"A {profile.contract.value} takes no images.", code="no-images")
    await asyncio.to_thread(_check_out, out)
    given: dict[str, object] = dict(options)
    if device:
        given["device"] = device
    hosted = HostedDevice("capture", profile, given)
    started = time.monotonic()
    hosted.start()
    try:
        frame = await _one_frame(hosted)
        facts = hosted.facts()
    except DeviceError as error:
        if error.code == OptionInvalid.code and _LACKS_DEVICE in error.sentence:
            raise DeviceError(
                "Say which device with --device: its path, index or address; `claim-kiosk doctor` shows what is there.",
                code=error.code,
            ) from error
        if error.code == OptionInvalid.code and device and _TAKES_NO_DEVICE in error.sentence:
            raise DeviceError(
                f"Leave --device out: the driver {profile.driver} of the profile {profile_id} finds its device itself.",
                code=error.code,
            ) from error
        raise
    finally:
        await hosted.close()
    duration_s = round(time.monotonic() - started, 3)
    png = await asyncio.to_thread(_write, frame.pixels, out)
    return {
        "out": str(out),
        "profile": profile.profile_id,
        "contract": profile.contract.value,
        "width": frame.pixels.shape[1],
        "height": frame.pixels.shape[0],
        "channels": 1 if frame.pixels.ndim == 2 else frame.pixels.shape[2],
        "resolution_ppi": frame.resolution_ppi,
        "simulated": frame.simulated or facts.simulated,
        "vendor": facts.vendor,
        "model": facts.model,
        "serial_number": facts.serial_number,
        "firmware_version": facts.firmware_version,
        "sha256": hashlib.sha256(png).hexdigest(),
        "bytes": len(png),
        "duration_s": duration_s,
    }


async def _one_frame(device: HostedDevice) -> Frame:
    """The last frame of a short capture, in memory of its own."""
    kept: Frame | None = None
    async with device.frames(_REQUESTS[device.contract]) as frames:
        async for frame in frames:
            if frame.preview:
                continue  # nobody asked for one, and none is ever kept
            kept = Frame(
                pixels=frame.pixels.copy(),
                sequence=frame.sequence,
                captured_monotonic_ns=frame.captured_monotonic_ns,
                resolution_ppi=frame.resolution_ppi,
                simulated=frame.simulated,
                position=frame.position,
            )
            if device.contract is not Contract.CAMERA or frame.sequence >= _CAMERA_WARM_UP_FRAMES:
                break
    if kept is None:
        raise DeviceError("The device gave no image: try again.", code="capture-timeout")
    return kept


def _profile(profile_id: str, directory: Path) -> Profile:
    try:
        profiles = load_profiles(directory)
        profiles.check(profile_id)
    except DriverError as error:
        raise DeviceError(error.sentence, code=error.code) from error
    if profile_id not in profiles:
        known = ", ".join(sorted(profiles))
        raise UsageError(f"There is no profile {profile_id!r}: there are {known}.", code="profile-unknown")
    check_driver(profiles[profile_id])
    return profiles[profile_id]


def _check_out(out: Path) -> None:
    """Asked before anybody is made to present a finger in vain."""
    folder = out.absolute().parent
    unwritable = UsageError(f"--out cannot be written in its folder, {folder}.", code="out-unwritable")
    try:
        if not folder.is_dir():
            raise UsageError(f"The folder of {out} does not exist.", code="out-folder-missing")
        if out.is_dir():
            raise UsageError(f"--out names a folder, {out}: name the PNG file to write.", code="out-is-folder")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise unwritable
        if out.exists() and not _is_png(out):
            raise UsageError(
                f"--out names a file that is no PNG, {out}: it is not written over, name another.", code="out-not-png"
            )
    except OSError:
        # A folder that this user may not even look into.
        raise unwritable from None


def _is_png(path: Path) -> bool:
    """By its first bytes, of a file only: a pipe would be waited for."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_PNG)) == _PNG


def _write(pixels: Pixels, out: Path) -> bytes:
    encoded, png = cv2.imencode(".png", pixels)
    if not encoded:
        raise DeviceError("The image could not be written as PNG.")
    data = png.tobytes()
    try:
        write_private(out.absolute(), data)
    except StateError as error:
        if error.code != "state-unusable":
            raise
        raise UsageError(f"--out could not be written: {out}.", code="out-unwritable") from error
    return data
