"""What `doctor` says to do about one device that was found, or about a kind of which nothing was. Pure."""

from __future__ import annotations

from typing import Final

from drivers.approval import approved_firmware
from drivers.discovery import FoundDevice, FoundKind
from drivers.profiles import Profile
from drivers.transport import access

_NOTHING: Final = {
    FoundKind.USB_DEVICE: "No fingerprint reader was found on USB: plug one in, or use one on a serial port.",
    FoundKind.SERIAL_PORT: "No serial port was found: plug in the fingerprint module's USB converter.",
    FoundKind.CAMERA: "No camera was found: plug one in, or name a network camera's address with --device.",
    FoundKind.SCANNER: "No scanner was found: plug it in, switch it on, and wait until it is quiet.",
    FoundKind.CHIP_READER: "No chip reader was found: plug one in.",
}
_NOT_ACCESSIBLE: Final = {
    FoundKind.USB_DEVICE: access.USB_READER,
    FoundKind.SERIAL_PORT: access.SERIAL_PORT,
    FoundKind.CAMERA: access.CAMERA,
    FoundKind.SCANNER: access.SCANNER,
    FoundKind.CHIP_READER: access.CHIP_READER,
}


def nothing_found(kind: FoundKind) -> str:
    return _NOTHING[kind]


def status(found: FoundDevice, matched: list[Profile]) -> str:
    """`unknown` (no profile speaks of it), `not-accessible`, `firmware-not-approved` or `matched`."""
    if not matched:
        return "unknown"
    if not found.accessible:
        return "not-accessible"
    return "firmware-not-approved" if approved_firmware(matched[0], found) is False else "matched"


def advice(found: FoundDevice, matched: list[Profile]) -> str:
    if not matched:
        return "It is not among the approved models, so it is not used: unplug it, or ask AIMA to approve it."
    first = matched[0]
    match status(found, matched):
        case "not-accessible":
            return _NOT_ACCESSIBLE[found.kind]
        case "firmware-not-approved":
            approved = ", ".join(first.firmware_versions)
            return (
                f"It runs firmware {found.usb_release}, which the profile {first.profile_id} does not approve, so it "
                f"is not used: approved are {approved}."
            )
    if found.kind is FoundKind.CHIP_READER:
        return f"Debian's pcscd drives it: name the profile {first.profile_id} in the post's settings."
    choice = "Try it" if len(matched) == 1 else "Several profiles may fit; try one"
    command = f"claim-kiosk capture --profile {first.profile_id} --device '{found.device}' --out image.png"
    return f"{choice}: {command}{_firmware_to_come(first, found)}"


def _firmware_to_come(profile: Profile, found: FoundDevice) -> str:
    """Where only the opened device says which firmware it runs."""
    if not profile.firmware_versions or approved_firmware(profile, found) is not None:
        return ""
    return f" (which also checks its firmware: approved are {', '.join(profile.firmware_versions)})"
