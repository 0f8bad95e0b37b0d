"""What is plugged in, as the system tells it without opening anything: serial ports, video devices, scanners.

Facts only. Which profile fits is `matching_profiles`; what to do about it is the doctor's (`appliance.commands`).
Everything here may block for seconds.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

import msgspec
from serial.tools import list_ports

from drivers.errors import DeviceFault, DeviceTimedOut
from drivers.profiles import Profile

SCANIMAGE_TIMEOUT_S = 20.0
_VIDEO_CLASS = Path("/sys/class/video4linux")
_SCANNER = re.compile(r"^(?P<device>[^|\n]+)\|(?P<vendor>[^|\n]*)\|(?P<model>[^|\n]*)$", re.MULTILINE)


class FoundKind(StrEnum):
    SERIAL_PORT = "serial-port"
    CAMERA = "camera"
    SCANNER = "scanner"


_DRIVERS: dict[FoundKind, str] = {
    FoundKind.SERIAL_PORT: "zfm",
    FoundKind.CAMERA: "opencv-camera",
    FoundKind.SCANNER: "sane",
}
"""Which driver can be tried on what was found when nothing on USB tells the model."""


class FoundDevice(msgspec.Struct, frozen=True, kw_only=True):
    """`device` is what the driver's option of that name takes. USB ids are four lower-case hex digits or empty."""

    kind: FoundKind
    device: str
    description: str = ""
    vendor_id: str = ""
    product_id: str = ""
    accessible: bool = True


def find_serial_ports() -> list[FoundDevice]:
    """USB serial ports, and others that the system describes (an on-board port with nothing known is left out)."""
    found = []
    for port in list_ports.comports():
        if port.vid is None and port.description in (None, "", "n/a"):
            continue
        found.append(
            FoundDevice(
                kind=FoundKind.SERIAL_PORT,
                device=port.device,
                description=port.description or "",
                vendor_id="" if port.vid is None else f"{port.vid:04x}",
                product_id="" if port.pid is None else f"{port.pid:04x}",
                accessible=os.access(port.device, os.R_OK | os.W_OK),
            )
        )
    return found


def find_cameras(video_class: Path = _VIDEO_CLASS, dev: Path = Path("/dev")) -> list[FoundDevice]:
    """Video4Linux capture nodes, by sysfs; a camera's metadata nodes (index over 0) are left out."""
    found = []
    for node in sorted(video_class.glob("video*")):
        if _line(node / "index") not in ("", "0"):
            continue
        usb = (node / "device").resolve().parent
        device = dev / node.name
        found.append(
            FoundDevice(
                kind=FoundKind.CAMERA,
                device=str(device),
                description=_line(node / "name"),
                vendor_id=_line(usb / "idVendor"),
                product_id=_line(usb / "idProduct"),
                accessible=os.access(device, os.R_OK | os.W_OK),
            )
        )
    return found


def find_scanners(timeout_s: float = SCANIMAGE_TIMEOUT_S) -> list[FoundDevice] | None:
    """What SANE lists; None where `scanimage` is not installed. Raises DeviceTimedOut, DeviceFault."""
    if shutil.which("scanimage") is None:
        return None
    with subprocess.Popen(
        ["scanimage", "--formatted-device-list", "%d|%v|%m%n"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            listed, _ = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise DeviceTimedOut("Looking for scanners took too long: unplug the scanner and try again.") from None
    if process.returncode != 0:
        raise DeviceFault("Looking for scanners failed: check that SANE is installed whole.")
    return scanners_from_list(listed.decode(errors="replace"))


def scanners_from_list(listed: str) -> list[FoundDevice]:
    """The lines `device|vendor|model` that `scanimage` was asked for; anything else in between is skipped."""
    return [
        FoundDevice(
            kind=FoundKind.SCANNER,
            device=line["device"],
            description=f"{line['vendor']} {line['model']}".strip(),
        )
        for line in _SCANNER.finditer(listed)
    ]


def matching_profiles(found: FoundDevice, profiles: Iterable[Profile]) -> list[Profile]:
    """Profiles whose USB ids are the device's; where there is none, those of its kind that match nothing on USB."""
    everyone = list(profiles)
    exact = [
        profile
        for profile in everyone
        if any((m.vendor_id, m.product_id) == (found.vendor_id, found.product_id) for m in profile.match)
    ]
    driver = _DRIVERS[found.kind]
    possible = [p for p in everyone if p.driver == driver and not p.match and not p.simulated]
    return exact or possible


def _line(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
