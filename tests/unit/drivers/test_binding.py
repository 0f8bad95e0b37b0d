"""A device is named by what it is, and found wherever it is plugged in."""

from __future__ import annotations

import pytest

from drivers.binding import located
from drivers.contracts import Contract
from drivers.discovery import FoundDevice, FoundKind
from drivers.errors import DeviceNotFound, DriverError, OptionInvalid

READER = Contract.FINGERPRINT_READER


def port(path: str, serial: str) -> FoundDevice:
    return FoundDevice(
        kind=FoundKind.SERIAL_PORT, device=path, vendor_id="1a86", product_id="7523", serial_number=serial
    )


ONE = [port("/dev/ttyUSB3", "A1")]
TWO = [*ONE, port("/dev/ttyUSB0", "B2")]


@pytest.mark.parametrize("device", ["/dev/ttyUSB0", "0", "http://127.0.0.1/x", "", "test:0"])
def test_what_is_no_binding_stays_as_it_is(device: str) -> None:
    assert located(device, READER, {}) == device


@pytest.mark.parametrize(
    ("device", "plugged", "where"),
    [
        ("usb:1a86:7523", ONE, "/dev/ttyUSB3"),
        ("usb:1a86:7523:A1", TWO, "/dev/ttyUSB3"),
        ("usb:1a86:7523:B2", TWO, "/dev/ttyUSB0"),
    ],
)
def test_it_is_found_where_it_is_now(device: str, plugged: list[FoundDevice], where: str) -> None:
    assert located(device, READER, {READER: lambda: plugged}) == where


@pytest.mark.parametrize(
    ("device", "plugged", "error"),
    [
        ("usb:1a86:7523", [], DeviceNotFound),
        ("usb:1a86:7523:C3", TWO, DeviceNotFound),
        ("usb:dead:beef", TWO, DeviceNotFound),
        ("usb:1a86:7523", TWO, OptionInvalid),
        ("usb:1A86:7523", TWO, OptionInvalid),
        ("usb:1a86", TWO, OptionInvalid),
        ("usb:1a86:7523:../../etc", TWO, OptionInvalid),
    ],
)
def test_what_fits_nothing_or_several_is_refused(
    device: str, plugged: list[FoundDevice], error: type[DriverError]
) -> None:
    with pytest.raises(error):
        located(device, READER, {READER: lambda: plugged})


def test_a_scanner_is_not_bound_by_usb() -> None:
    with pytest.raises(OptionInvalid):
        located("usb:1a86:7523", Contract.DOCUMENT_SCANNER)
