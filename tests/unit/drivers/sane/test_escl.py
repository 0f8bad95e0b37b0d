"""A driverless scanner through sane-airscan: what stands in its way keeps its name, and stacks come page by page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from drivers.contracts import PrivatePool, ScanRequest
from drivers.errors import (
    CaptureCancelled,
    DeviceAccessDenied,
    DeviceBusy,
    DriverError,
    OptionInvalid,
    RequestUnsupported,
    ScannerCoverOpen,
    ScannerEmpty,
    ScannerJammed,
)
from drivers.faults import FaultPlan
from drivers.sane.driver import Options, SaneScanner
from drivers.sane.escl_emulator import EsclScanner, EsclSettings, ScannerFault
from tests.conformance.rigs import ESCL_BACKEND

needs_airscan = [
    pytest.mark.system,
    pytest.mark.skipif(not ESCL_BACKEND, reason="needs the system package sane-airscan"),
]


def plugged_in(settings: EsclSettings, **options: object) -> Iterator[SaneScanner]:
    with EsclScanner(settings) as scanner:
        fitting = {"source": "ADF", "feeder": True, "duplex_source": "ADF Duplex", **options}
        driver = SaneScanner(Options(device=scanner.address, simulated=True, **fitting))  # type: ignore[arg-type]
        driver.open()
        try:
            yield driver
        finally:
            driver.close()


def pages(driver: SaneScanner, **request: object) -> int:
    asked = ScanRequest(resolution_ppi=75, timeout_s=30.0, **request)  # type: ignore[arg-type]
    return sum(1 for _ in driver.scan(asked, PrivatePool(), threading.Event()))


class TestThroughAirscan:
    pytestmark = needs_airscan

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            (ScannerFault.JAM, ScannerJammed),
            (ScannerFault.EMPTY, ScannerEmpty),
            (ScannerFault.COVER_OPEN, ScannerCoverOpen),
            (ScannerFault.BUSY, DeviceBusy),
            (ScannerFault.DENIED, DeviceAccessDenied),
        ],
    )
    def test_what_stands_in_its_way_keeps_its_name(self, fault: ScannerFault, error: type[DriverError]) -> None:
        with contextmanager(plugged_in)(EsclSettings(fault=fault)) as driver, pytest.raises(error):
            pages(driver, page_limit=3)

    @pytest.mark.parametrize("fault", [ScannerFault.JAM, ScannerFault.COVER_OPEN])
    def test_in_the_middle_of_a_stack_the_whole_pages_come_first(self, fault: ScannerFault) -> None:
        settings = EsclSettings(pages=5, fault=fault, faults=FaultPlan(after_frames=2))
        with contextmanager(plugged_in)(settings) as driver:
            frames = driver.scan(ScanRequest(resolution_ppi=75, page_limit=5), PrivatePool(), threading.Event())
            assert [next(frames).sequence for _ in range(2)] == [0, 1]
            with pytest.raises((ScannerJammed, ScannerCoverOpen)):
                next(frames)

    @pytest.mark.parametrize(("sides", "expected"), [(1, 3), (2, 6)])
    def test_a_stack_comes_page_by_page_and_side_by_side(self, sides: int, expected: int) -> None:
        with contextmanager(plugged_in)(EsclSettings(pages=3)) as driver:
            assert pages(driver, page_limit=20, sides=sides) == expected

    def test_a_cancelled_scan_is_dead_within_a_second(self) -> None:
        stop = threading.Event()
        with contextmanager(plugged_in)(EsclSettings(faults=FaultPlan(hang=True))) as driver:
            threading.Timer(0.2, stop.set).start()
            with pytest.raises(CaptureCancelled):
                next(driver.scan(ScanRequest(resolution_ppi=75, timeout_s=60.0), PrivatePool(), stop))

    def test_a_source_that_it_does_not_have_is_refused(self) -> None:
        with contextmanager(plugged_in)(EsclSettings(), source="Roll") as driver, pytest.raises(OptionInvalid):
            pages(driver)

    def test_both_sides_need_a_source_that_scans_them(self) -> None:
        with contextmanager(plugged_in)(EsclSettings(), duplex_source="") as driver, pytest.raises(RequestUnsupported):
            pages(driver, sides=2)


@pytest.mark.parametrize(
    "address",
    [
        "http://192.0.2.1/eSCL/",
        "http://scanner.example/eSCL/",
        "https://127.0.0.1/eSCL/",
        "http://name:secret@127.0.0.1/eSCL/",
        "http://127.0.0.1/eSCL/?x=1",
        'http://127.0.0.1/eSCL/"\n[devices]',
        "http://127.0.0.1:99999/eSCL/",
        "http://",
    ],
)
def test_an_address_that_is_not_of_this_machine_is_refused(address: str) -> None:
    with pytest.raises(OptionInvalid):
        SaneScanner(Options(device=address))
