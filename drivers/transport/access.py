"""Whom the system lets use a device, as one sentence a kind: what the field engineer has to do.

USB readers are the daemon's own by our rule (`systemd/70-claim-kiosk.rules`); the rest have Debian's groups.
"""

from __future__ import annotations

from typing import Final

USB_READER: Final = (
    "This user may not use the reader: readers on USB belong to the group claim-kiosk. Put "
    "systemd/70-claim-kiosk.rules into /etc/udev/rules.d, add the user to that group, log in again, and plug the "
    "reader in again."
)


def _of_group(what: str, group: str) -> str:
    return (
        f"This user may not use the {what}: {what}s belong to Debian's group {group}. Add the user to it and log in "
        "again."
    )


SERIAL_PORT: Final = _of_group("serial port", "dialout")
CAMERA: Final = _of_group("camera", "video")
SCANNER: Final = _of_group("scanner", "scanner")
CHIP_READER: Final = (
    "The system's smart-card service does not let this user use the chip reader: put systemd/claim-kiosk-pcscd.rules "
    "into /etc/polkit-1/rules.d, which lets the user claim-kiosk."
)
