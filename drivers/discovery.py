"""What is plugged in, as the system tells it without opening anything: USB devices, serial ports, cameras, scanners.

Facts only. Which profile fits is `matching_profiles`; what to do about it is the doctor's (`appliance.commands`).
Everything here may block for seconds.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

import msgspec
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from drivers.errors import DeviceFault, DeviceTimedOut
from drivers.profiles import Profile
from drivers.sane.process import environment

SCANIMAGE_TIMEOUT_S = 20.0
_USB_DEVICES = Path("/sys/bus/usb/devices")
_USB_NODES = Path("/dev/bus/usb")
_UNDRIVEN_CLASSES = {"ff", "00"}
_CHIP_CARD_CLASS = "0b"
_CLAIMED_BY_A_PROGRAM = "usbfs"
_VIDEO_CLASS = Path("/sys/class/video4linux")
_LOOKS = 3
_SCANNER = re.compile(r"^(?P<device>[^|\n]+)\|(?P<vendor>[^|\n]*)\|(?P<model>[^|\n]*)$", re.MULTILINE)


class FoundKind(StrEnum):
    USB_DEVICE = "usb-device"
    SERIAL_PORT = "serial-port"
    CAMERA = "camera"
    SCANNER = "scanner"
    CHIP_READER = "chip-reader"


_DRIVERS: dict[FoundKind, str] = {
    FoundKind.SERIAL_PORT: "zfm",
    FoundKind.CAMERA: "opencv-camera",
    FoundKind.SCANNER: "sane",
    FoundKind.CHIP_READER: "pcsc",
}
"""Which driver can be tried on what was found when nothing on USB tells the model."""


class FoundDevice(msgspec.Struct, frozen=True, kw_only=True):
    """`device` is what the driver's option of that name takes. USB ids are four lower-case hex digits or empty.

    `usb_release` is the device's own number of its make (bcdDevice), such as `1.10`, empty where nothing says so.
    """

    kind: FoundKind
    device: str
    description: str = ""
    vendor_id: str = ""
    product_id: str = ""
    usb_release: str = ""
    serial_number: str = ""
    accessible: bool = True


def find_usb_devices(devices: Path = _USB_DEVICES, nodes: Path = _USB_NODES) -> list[FoundDevice]:
    """Devices that no driver of the kernel's stands before, by sysfs: fingerprint readers, and what we do not know.

    An interface of the vendor's own class is what they have in common (hubs, keyboards, cameras and disks have others).
    Most serial converters have one too: those the kernel drives, and they are found as serial ports.
    """
    return [
        _usb_device(FoundKind.USB_DEVICE, folder, nodes)
        for folder, classes in _usb_folders(devices)
        if classes and classes <= _UNDRIVEN_CLASSES and not _is_driven(folder)
    ]


def _is_driven(folder: Path) -> bool:
    """Whether the kernel itself drives any interface of that device."""
    drivers = {(interface / "driver").resolve().name for interface in folder.glob(f"{folder.name}:*/")}
    return not drivers <= {"driver", _CLAIMED_BY_A_PROGRAM}


def find_chip_readers(devices: Path = _USB_DEVICES, nodes: Path = _USB_NODES) -> list[FoundDevice]:
    """USB devices of the chip card class (CCID), by sysfs; whether pcscd drives them it alone can say."""
    return [
        _usb_device(FoundKind.CHIP_READER, folder, nodes)
        for folder, classes in _usb_folders(devices)
        if _CHIP_CARD_CLASS in classes
    ]


def _usb_folders(devices: Path) -> Iterator[tuple[Path, set[str]]]:
    """Each device's folder, with the classes of its interfaces, or its own where it has none."""
    for folder in sorted(devices.glob("*")):
        if _line(folder / "idVendor"):
            classes = {_line(interface / "bInterfaceClass") for interface in folder.glob(f"{folder.name}:*")}
            yield folder, classes or {_line(folder / "bDeviceClass")}


def _usb_device(kind: FoundKind, folder: Path, nodes: Path) -> FoundDevice:
    node = nodes / _line(folder / "busnum").zfill(3) / _line(folder / "devnum").zfill(3)
    return FoundDevice(
        kind=kind,
        device=str(node),
        description=f"{_line(folder / 'manufacturer')} {_line(folder / 'product')}".strip(),
        vendor_id=_line(folder / "idVendor"),
        product_id=_line(folder / "idProduct"),
        usb_release=_release(_line(folder / "bcdDevice")),
        serial_number=_line(folder / "serial"),
        # A chip reader is opened by pcscd, and never by us.
        accessible=kind is FoundKind.CHIP_READER or os.access(node, os.R_OK | os.W_OK),
    )


def _release(bcd: str) -> str:
    """`0110` as `1.10`, as `transport.usb` has it of the opened device."""
    return f"{int(bcd[:2], 16):x}.{bcd[2:]}" if re.fullmatch("[0-9a-f]{4}", bcd) else ""


def find_serial_ports() -> list[FoundDevice]:
    """USB serial ports, and others that the system describes (an on-board port with nothing known is left out)."""
    found = []
    for port in _ports():
        if port.vid is None and port.description in (None, "", "n/a", port.name):
            continue
        found.append(
            FoundDevice(
                kind=FoundKind.SERIAL_PORT,
                device=port.device,
                description=port.description or "",
                vendor_id="" if port.vid is None else f"{port.vid:04x}",
                product_id="" if port.pid is None else f"{port.pid:04x}",
                serial_number=port.serial_number or "",
                accessible=os.access(port.device, os.R_OK | os.W_OK),
            )
        )
    return found


def _ports() -> list[ListPortInfo]:
    """What pyserial lists; it fails over a port that is pulled out while it looks, so it looks again."""
    for _ in range(_LOOKS):
        try:
            return list(list_ports.comports())
        except (OSError, ValueError, TypeError):
            continue
    return []


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
                serial_number=_line(usb / "serial"),
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
        env=environment(""),
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
        ending = f"by signal {-process.returncode}" if process.returncode < 0 else f"with status {process.returncode}"
        raise DeviceFault(f"Looking for scanners failed: scanimage ended {ending}. See what `scanimage -L` says.")
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
    """Profiles whose USB ids are the device's; where there is none, those of its kind that match nothing on USB.

    A profile that names a product goes before those that only share its ids.
    """
    everyone = list(profiles)
    ids = (found.vendor_id, found.product_id)
    exact = [
        (bool(match.product), profile)
        for profile in everyone
        for match in profile.match
        if (match.vendor_id, match.product_id) == ids and match.product in ("", found.description)
    ]
    named = any(by_name for by_name, _ in exact)
    driver = _DRIVERS.get(found.kind)
    possible = [p for p in everyone if p.driver == driver and not p.match and not p.simulated]
    return [profile for by_name, profile in exact if by_name or not named] or possible


def _line(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
