"""The scanner driver with SANE's own `test` backend: feeders, jams in the middle, and being stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from drivers.contracts import PrivatePool, ScanRequest
from drivers.errors import (
    CaptureCancelled,
    DeviceBusy,
    DeviceNotFound,
    DriverError,
    OptionInvalid,
    RequestUnsupported,
    ScannerCoverOpen,
    ScannerEmpty,
    ScannerJammed,
)
from drivers.sane.driver import Options, SaneScanner, create
from drivers.sane.listing import list_scanners
from drivers.sane.process import environment
from tests.conformance.rigs import SANE_TEST_CONF

pytestmark = pytest.mark.skipif(shutil.which("scanimage") is None, reason="needs the system package sane-utils")
FEEDER = {"source": "Automatic Document Feeder", "feeder": True}
SLOW = {"read-delay": "yes", "read-delay-duration": "200000", "read-limit": "yes", "read-limit-size": "64"}
PROJECT = Path(__file__).resolve().parents[4]


@pytest.fixture
def config_dir(tmp_path: Path) -> Path:
    (tmp_path / "dll.conf").write_text("test\n")
    (tmp_path / "test.conf").write_text(SANE_TEST_CONF)
    return tmp_path


def scanner(config_dir: Path, **options: object) -> SaneScanner:
    opened = create(Options(device="test:0", config_dir=str(config_dir), **options))  # type: ignore[arg-type]
    opened.open()
    return opened


def pages(device: SaneScanner, stop: threading.Event | None = None, **request: object) -> int:
    asked = ScanRequest(resolution_ppi=75, **request)  # type: ignore[arg-type]
    return sum(1 for _ in device.scan(asked, PrivatePool(), stop or threading.Event()))


@pytest.mark.parametrize(("limit", "expected"), [(1, 1), (3, 3), (12, 10)])
def test_a_feeder_gives_its_pages_and_an_empty_tray_ends_them(config_dir: Path, limit: int, expected: int) -> None:
    """The test backend's feeder holds ten."""
    assert pages(scanner(config_dir, **FEEDER), page_limit=limit) == expected


def test_a_flat_bed_gives_one_page_whatever_the_limit(config_dir: Path) -> None:
    assert pages(scanner(config_dir), page_limit=5) == 1


@pytest.mark.parametrize("feeder", [{}, FEEDER], ids=["flat bed", "feeder"])
@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("JAMMED", ScannerJammed),
        ("NO_DOCS", ScannerEmpty),
        ("COVER_OPEN", ScannerCoverOpen),
        ("DEVICE_BUSY", DeviceBusy),
        ("CANCELLED", CaptureCancelled),
    ],
)
def test_what_the_scanner_reports_keeps_its_name(
    config_dir: Path, feeder: dict[str, object], status: str, error: type[DriverError]
) -> None:
    device = scanner(config_dir, extra={"read-return-value": f"SANE_STATUS_{status}"}, **feeder)
    with pytest.raises(error):
        pages(device, page_limit=2)


def test_a_scanner_that_is_not_there(config_dir: Path) -> None:
    with pytest.raises(DeviceNotFound):
        create(Options(device="test:7", config_dir=str(config_dir))).open()


@pytest.mark.parametrize("options", [{"source": "Nonsense"}, {"extra": {"nonsense": "1"}}], ids=["source", "extra"])
def test_a_setting_that_it_does_not_have_is_named(config_dir: Path, options: dict[str, object]) -> None:
    with pytest.raises(OptionInvalid):
        pages(scanner(config_dir, **options))


@pytest.mark.parametrize("limit", [0, -1, 100_000])
def test_a_page_limit_beyond_reason_is_refused(config_dir: Path, limit: int) -> None:
    with pytest.raises(RequestUnsupported):
        pages(scanner(config_dir), page_limit=limit)


def test_without_the_program_it_says_what_to_do(config_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(config_dir))
    with pytest.raises(DeviceNotFound, match="not installed"):
        create(Options(device="test:0", config_dir=str(config_dir))).open()


def test_scanners_are_listed_with_their_makers(config_dir: Path) -> None:
    found = list_scanners(environment(str(config_dir)))
    assert [scanner.device for scanner in found] == ["test:0", "test:1"]
    assert found[0].vendor == "Noname"
    assert found[0].model == "frontend-tester"


@pytest.mark.parametrize("feeder", [{}, FEEDER], ids=["flat bed", "feeder"])
def test_stopped_in_a_page_nothing_is_left(
    config_dir: Path, feeder: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(config_dir))
    device, stop = scanner(config_dir, extra=SLOW, **feeder), threading.Event()
    threading.Timer(0.4, stop.set).start()
    with pytest.raises(CaptureCancelled):
        pages(device, stop, page_limit=3)
    assert not list(config_dir.glob("claim-kiosk-scan-*"))  # and no process: the suite's own guard sees to that


def test_scanimage_dies_with_a_killed_host(config_dir: Path) -> None:
    program = f"""
import threading
from drivers.contracts import PrivatePool, ScanRequest
from drivers.sane.driver import Options, create
device = create(Options(device="test:0", config_dir={str(config_dir)!r}, extra={SLOW!r}))
device.open()
print("open", flush=True)
list(device.scan(ScanRequest(resolution_ppi=75), PrivatePool(), threading.Event()))
"""
    with subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, stdout=subprocess.PIPE) as host:
        try:
            assert host.stdout is not None
            assert host.stdout.readline() == b"open\n"
            child = _child_of(host.pid)
        finally:
            host.kill()
    deadline = time.monotonic() + 20
    while _is_running(child):
        assert time.monotonic() < deadline, "scanimage outlived its host"
        time.sleep(0.02)


def _child_of(pid: int) -> int:
    """The first child that has become scanimage."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            if Path(f"/proc/{child}/comm").read_text().strip() == "scanimage":
                return int(child)
        time.sleep(0.01)
    raise AssertionError("scanimage did not start")


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIG_DFL)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
