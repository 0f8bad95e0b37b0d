"""What holds for every document scanner."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.contracts import Contract, ScanRequest
from drivers.errors import RequestUnsupported
from tests.conformance.rig import Rig
from tests.conformance.rigs import rigs_of
from tests.conformance.taking import built, frames_of, take_all

every_scanner = pytest.mark.parametrize("rig", rigs_of(Contract.DOCUMENT_SCANNER), ids=lambda rig: rig.name)


@every_scanner
@pytest.mark.parametrize("colour", [True, False], ids=["colour", "grey"])
def test_the_page_has_the_colour_and_resolution_asked_for(rig: Rig, colour: bool, tmp_path: Path) -> None:
    with built(rig, tmp_path) as driver:
        driver.open()
        (frame,) = frames_of(driver, ScanRequest(resolution_ppi=150, colour=colour))
    assert frame.resolution_ppi == 150
    assert frame.pixels.ndim == (3 if colour else 2)


@every_scanner
def test_the_area_is_cut_at_that_resolution(rig: Rig, tmp_path: Path) -> None:
    with built(rig, tmp_path) as driver:
        driver.open()
        (frame,) = frames_of(driver, ScanRequest(resolution_ppi=254, area_mm=(100.0, 50.0), colour=False))
    height, width = frame.pixels.shape
    assert abs(width - 1000) <= 10
    assert abs(height - 500) <= 10


@every_scanner
@pytest.mark.parametrize(
    "request_",
    [ScanRequest(resolution_ppi=100_000), ScanRequest(resolution_ppi=150, area_mm=(-1.0, 10.0))],
    ids=["resolution", "area"],
)
def test_what_it_cannot_do_is_refused_and_not_rounded(rig: Rig, request_: ScanRequest, tmp_path: Path) -> None:
    with built(rig, tmp_path) as driver:
        driver.open()
        with pytest.raises(RequestUnsupported):
            take_all(driver, request_)
