"""Whom the system lets use a device is said in one true sentence a kind: it names the rule or the group."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
import serial
import usb.core

from drivers.errors import DeviceAccessDenied
from drivers.transport import access
from drivers.transport.serial import SerialLink
from drivers.transport.usb import open_usb

SYSTEMD = Path(__file__).resolve().parents[4] / "systemd"


def test_a_reader_on_usb_that_is_refused_names_our_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(**_: object) -> None:
        raise usb.core.USBError("Access denied", errno=errno.EACCES)

    monkeypatch.setattr("usb.backend.libusb1.get_backend", object)
    monkeypatch.setattr(usb.core, "find", refuses)
    with pytest.raises(DeviceAccessDenied, match=r"70-claim-kiosk\.rules"):
        open_usb(((0x298D, 0x1010),))


def test_a_serial_port_that_is_refused_names_debians_group(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise serial.SerialException(errno.EACCES, "Permission denied")

    monkeypatch.setattr(serial, "Serial", refuses)
    with pytest.raises(DeviceAccessDenied, match="dialout"):
        SerialLink("/dev/ttyUSB0", baud=57600)


def test_the_sentences_are_true_to_what_is_shipped() -> None:
    assert 'GROUP="claim-kiosk", MODE="0660"' in (SYSTEMD / "70-claim-kiosk.rules").read_text(encoding="utf-8")
    assert (SYSTEMD / "claim-kiosk-pcscd.rules").exists()
    unit = (SYSTEMD / "claim-kiosk.service").read_text(encoding="utf-8")
    (groups,) = (line.partition("=")[2] for line in unit.splitlines() if line.startswith("SupplementaryGroups="))
    for sentence in (access.SERIAL_PORT, access.CAMERA, access.SCANNER):
        assert any(f"group {group}." in sentence for group in groups.split())
