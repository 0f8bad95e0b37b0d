"""No setting can become another option of `scanimage`: the attacks, as a table."""

from __future__ import annotations

import msgspec
import pytest

from drivers.contracts import ScanRequest
from drivers.errors import OptionInvalid
from drivers.sane.arguments import scan_arguments
from drivers.sane.driver import Options, create


@pytest.mark.parametrize(
    "device",
    [
        "",
        "-A",
        "--output-file=/etc/passwd",
        " test:0",
        "test:0\n--output-file=x",
        "test:0\0",
        "test:0\n",
        "a" * 300,
        "$(reboot)",
        "test:0`id`",
        "test:0'",
    ],
)
def test_a_device_that_is_no_name_of_sanes_is_refused(device: str) -> None:
    with pytest.raises(OptionInvalid):
        create(Options(device=device))


@pytest.mark.parametrize(
    "device",
    [
        "test:0",
        "genesys:libusb:001:004",
        "airscan:e0:Brother MFC-L2710DW (192.168.1.5)",
        "escl:http://192.168.1.5:80",
        "net:scanner.local:fujitsu:fi-7160:1234",
        "epson2:/dev/usb/scanner0",
        "hpaio:/usb/OfficeJet_Pro?serial=X",
    ],
)
def test_names_that_sane_gives_are_taken(device: str) -> None:
    assert f"--device-name={device}" in scan_arguments(Options(device=device), ScanRequest(), None, ())
    create(Options(device=device))


@pytest.mark.parametrize(
    "name",
    [
        "output-file",
        "output",
        "o",
        "batch",
        "batch-print",
        "bat",
        "device-name",
        "dev",
        "format",
        "A",
        "-x",
        "a=b",
        "a b",
        "",
    ],
)
def test_an_extra_setting_that_the_program_would_take_for_its_own_is_refused(name: str) -> None:
    with pytest.raises(OptionInvalid):
        create(Options(device="test:0", extra={name: "x"}))


@pytest.mark.parametrize("value", ["line\nbreak", "nul\0", "x" * 300, "é"])
def test_an_extra_value_that_is_not_plain_is_refused(value: str) -> None:
    with pytest.raises(OptionInvalid):
        create(Options(device="test:0", extra={"brightness": value}))


@pytest.mark.parametrize("name", ["source", "colour_mode", "grey_mode", "config_dir"])
def test_a_setting_that_no_program_can_be_given_is_refused(name: str) -> None:
    with pytest.raises(OptionInvalid):
        create(msgspec.convert({"device": "test:0", name: "a\0b"}, Options))


def test_a_value_cannot_become_an_option_of_its_own() -> None:
    options = Options(device="test:0", source="--help", colour_mode="-A", extra={"brightness": "--batch"})
    arguments = scan_arguments(options, ScanRequest(area_mm=(10.0, 20.0)), (10.0, 20.0), ("--batch-count=2",))
    assert [argument for argument in arguments if argument.startswith("--")] == [
        "--device-name=test:0",
        "--format=pnm",
        "--source=--help",
        "--mode=-A",
        "--resolution=600",
        "--brightness=--batch",
        "--batch-count=2",
    ]
