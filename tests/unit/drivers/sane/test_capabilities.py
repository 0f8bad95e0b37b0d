"""What `scanimage -A` prints, as limits; lines as real scanners print them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contracts import ScanRequest
from drivers.errors import RequestUnsupported
from drivers.sane.capabilities import Capabilities, Numbers

LISTING = """
All options specific to device `genesys:libusb:001:004':
  Scan Mode:
    --mode Color|Gray|Lineart [Gray]
        Selects the scan mode (e.g., lineart, monochrome, or color).
    --source Flatbed|Transparency Adapter [Flatbed]
    --resolution 4800|2400|1200|600|300|150|100|75dpi [75]
        Sets the resolution of the scanned image.
  Geometry:
    -l 0..216.7mm [0]
    -t 0..297.18mm [0]
    -x 0..216.7mm [216.7]
        Width of scan-area.
    -y 0..297.18mm [297.18]
  Extras:
    --lamp-off-time 0..60 (in steps of 1) [15]
"""


def test_a_listing_of_values_and_ranges() -> None:
    found = Capabilities.from_listing(LISTING)
    assert found.resolution_ppi is not None
    assert 600 in found.resolution_ppi
    assert 601 not in found.resolution_ppi
    assert found.area_for(ScanRequest(resolution_ppi=600)) == (216.7, 297.18)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("1..1200dpi (in steps of 1)", 1200, 1201),
        ("50..600dpi", 50, 49),
        ("300dpi", 300, 299),
        ("75|150|300dpi", 150, 200),
        ("-42.17..32768us (in steps of 2)", -42, -43),
    ],
)
def test_numbers(text: str, inside: float, outside: float) -> None:
    numbers = Numbers.from_text(text)
    assert numbers is not None
    assert inside in numbers
    assert outside not in numbers


@pytest.mark.parametrize("text", ["", "Color|Gray", "<int>", "auto||600dpi"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert Numbers.from_text(text) is None


@pytest.mark.parametrize(
    "request_",
    [
        ScanRequest(resolution_ppi=601),
        ScanRequest(resolution_ppi=600, area_mm=(300.0, 10.0)),
        ScanRequest(resolution_ppi=600, area_mm=(10.0, 0.0)),
        ScanRequest(resolution_ppi=600, area_mm=(-1.0, 10.0)),
        ScanRequest(resolution_ppi=600, area_mm=(float("nan"), 10.0)),
    ],
    ids=["resolution", "too wide", "empty", "negative", "not a number"],
)
def test_what_would_be_rounded_is_refused(request_: ScanRequest) -> None:
    with pytest.raises(RequestUnsupported):
        Capabilities.from_listing(LISTING).area_for(request_)


def test_a_scanner_without_these_options_is_not_guessed_at() -> None:
    with pytest.raises(RequestUnsupported):
        Capabilities.from_listing("").area_for(ScanRequest(resolution_ppi=300))


@given(st.text(max_size=400))
def test_any_text_can_be_listed(text: str) -> None:
    Capabilities.from_listing(text)
