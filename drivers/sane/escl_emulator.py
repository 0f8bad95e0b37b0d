"""The other end of the wire: a driverless scanner (eSCL, Mopria's scan protocol) on the loopback, under sane-airscan.

    python -m drivers.sane.escl_emulator --pages 3 --faults '{"absent_s": 1}'

prints its address and runs until it is ended. `ScannerFault`s are what a person meets at a scanner; the fault plan
is the wire's. It speaks of itself as simulated.
"""

from __future__ import annotations

import argparse
import re
import signal
import sys
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self

import cv2
import msgspec
import numpy as np

from drivers.faults import WELL_BEHAVED, FaultPlan

MODEL: Final = "Simulated eSCL scanner"
_WIDTH_300, _HEIGHT_300 = 2550, 3300
"""Letter's size in the protocol's unit, 1/300 inch."""
_RESOLUTIONS: Final = (75, 150, 254, 300, 600)
_BODY_LIMIT_BYTES: Final = 64 * 1024


class ScannerFault(StrEnum):
    """In the protocol's words, the feeder's state; and two of the service's own."""

    JAM = "ScannerAdfJam"
    EMPTY = "ScannerAdfEmpty"
    COVER_OPEN = "ScannerAdfHatchOpen"
    BUSY = "busy"
    DENIED = "denied"
    NONE = ""


@dataclass(frozen=True, kw_only=True)
class EsclSettings:
    """`pages` lie in the feeder at each job. `fault` begins after `faults.after_frames` pages of a job."""

    pages: int = 1
    fault: ScannerFault = ScannerFault.NONE
    faults: FaultPlan = WELL_BEHAVED


@dataclass
class _Job:
    resolution_ppi: int
    size_px: tuple[int, int]
    colour: bool
    feeder: bool
    sides: int
    given: int = 0


class EsclScanner:
    """An emulated scanner, answered for by threads; `address` is its eSCL root."""

    def __init__(self, settings: EsclSettings) -> None:
        self.settings = settings
        self.over = threading.Event()
        self.jobs: dict[str, _Job] = {}
        self.given = 0

        class Handler(_Handler):
            scanner = self

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/eSCL/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="escl-emulator")
        self._thread.start()

    def fault_after(self, given: int) -> ScannerFault:
        """What stands in the way of the next page of a job."""
        return self.settings.fault if self.settings.faults.due(given) else ScannerFault.NONE

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle of a page has cancelled: nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    scanner: EsclScanner

    def do_GET(self) -> None:
        path = self.path.removeprefix("/eSCL/")
        if path == "ScannerCapabilities":
            self._answer(200, _capabilities().encode())
        elif path == "ScannerStatus":
            denied = self.scanner.settings.fault is ScannerFault.DENIED
            self._answer(401 if denied else 200, _status(self.scanner).encode())
        elif (job := self._job(path)) and path.endswith("/NextDocument"):
            self._next_document(job)
        else:
            self._answer(404, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(min(_BODY_LIMIT_BYTES, int(self.headers.get("Content-Length", 0)))).decode()
        fault = self.scanner.fault_after(0)
        if self.path != "/eSCL/ScanJobs":
            self._answer(404, b"")
        elif fault is ScannerFault.DENIED:
            self._answer(401, b"")
        elif fault is not ScannerFault.NONE:
            self._answer(503 if fault is ScannerFault.BUSY else 409, b"")
        else:
            name = uuid.uuid4().hex
            self.scanner.jobs[name], self.scanner.given = _job(body), 0
            self.send_response(201)
            self.send_header("Location", f"{self.scanner.address}ScanJobs/{name}")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def do_DELETE(self) -> None:
        self.scanner.jobs.pop(self.path.rpartition("/")[2], None)
        self._answer(200, b"")

    def _job(self, path: str) -> _Job | None:
        named = re.fullmatch(r"ScanJobs/([0-9a-f]{32})/NextDocument", path)
        return self.scanner.jobs.get(named[1]) if named else None

    def _next_document(self, job: _Job) -> None:
        plan = self.scanner.settings.faults if self.scanner.settings.faults.due(job.given) else WELL_BEHAVED
        if plan.hang or plan.drop:
            self.scanner.over.wait()
        if plan.unplug or plan.crash or self.scanner.over.wait(plan.delay_s):
            self.close_connection = True
            return
        if self.scanner.fault_after(job.given) is not ScannerFault.NONE:
            self._answer(409, b"")
            return
        if job.given >= (self.scanner.settings.pages * job.sides if job.feeder else 1):
            self._answer(404, b"")
            return
        job.given += 1
        self.scanner.given = job.given
        self._answer(200, _page(job), "image/jpeg", cut=plan.corrupt or plan.wrong_size)

    def _answer(self, status: int, body: bytes, kind: str = "text/xml", *, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 3] if cut else body)
        self.close_connection = cut

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the base class names it so
        """Silent."""


def _job(body: str) -> _Job:
    """What a ScanSettings document asks for; sizes are in 1/300 inch."""

    def number(name: str, otherwise: int) -> int:
        found = re.search(rf"{name}>(\d+)<", body)
        return int(found[1]) if found else otherwise

    resolution = number("XResolution", 300)
    size = number("Height", _HEIGHT_300) * resolution // 300, number("Width", _WIDTH_300) * resolution // 300
    return _Job(
        resolution_ppi=resolution,
        size_px=size,
        colour="RGB24" in body,
        feeder="InputSource>Feeder<" in body,
        sides=2 if "Duplex>true<" in body else 1,
    )


def _page(job: _Job) -> bytes:
    """A numbered page as JPEG."""
    height, width = job.size_px
    page = np.full((height, width, 3), 245, np.uint8)
    scale = job.resolution_ppi / 75
    cv2.putText(page, f"page {job.given}", (int(20 * scale), int(60 * scale)), 0, scale, (90, 40, 30), int(2 * scale))
    cv2.rectangle(page, (width // 10, height // 4), (width * 9 // 10, height * 3 // 4), (160, 120, 60), -1)
    pixels = page if job.colour else cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    return cv2.imencode(".jpg", pixels)[1].tobytes()


_NAMES: Final = (
    'xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"'
)


def _source_capabilities() -> str:
    resolutions = "".join(
        f"<scan:DiscreteResolution><scan:XResolution>{ppi}</scan:XResolution>"
        f"<scan:YResolution>{ppi}</scan:YResolution></scan:DiscreteResolution>"
        for ppi in _RESOLUTIONS
    )
    return (
        f"<scan:MinWidth>32</scan:MinWidth><scan:MaxWidth>{_WIDTH_300}</scan:MaxWidth>"
        f"<scan:MinHeight>32</scan:MinHeight><scan:MaxHeight>{_HEIGHT_300}</scan:MaxHeight>"
        "<scan:SettingProfiles><scan:SettingProfile><scan:ColorModes><scan:ColorMode>Grayscale8</scan:ColorMode>"
        "<scan:ColorMode>RGB24</scan:ColorMode></scan:ColorModes><scan:DocumentFormats>"
        "<pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat></scan:DocumentFormats><scan:SupportedResolutions>"
        f"<scan:DiscreteResolutions>{resolutions}</scan:DiscreteResolutions></scan:SupportedResolutions>"
        "</scan:SettingProfile></scan:SettingProfiles>"
    )


def _capabilities() -> str:
    source = _source_capabilities()
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><scan:ScannerCapabilities {_NAMES}><pwg:Version>2.6</pwg:Version>'
        f"<pwg:MakeAndModel>{MODEL}</pwg:MakeAndModel><pwg:SerialNumber>SIMULATED-1</pwg:SerialNumber>"
        f"<scan:Platen><scan:PlatenInputCaps>{source}</scan:PlatenInputCaps></scan:Platen>"
        f"<scan:Adf><scan:AdfSimplexInputCaps>{source}</scan:AdfSimplexInputCaps>"
        f"<scan:AdfDuplexInputCaps>{source}</scan:AdfDuplexInputCaps></scan:Adf></scan:ScannerCapabilities>"
    )


def _status(scanner: EsclScanner) -> str:
    fault = scanner.fault_after(scanner.given)
    feeder = fault.value if fault.value.startswith("Scanner") else "ScannerAdfLoaded"
    state = "Processing" if fault is ScannerFault.BUSY else "Idle"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><scan:ScannerStatus {_NAMES}><pwg:Version>2.6</pwg:Version>'
        f"<pwg:State>{state}</pwg:State><scan:AdfState>{feeder}</scan:AdfState></scan:ScannerStatus>"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m drivers.sane.escl_emulator", description="A driverless scanner.")
    parser.add_argument("--pages", type=int, default=1)
    parser.add_argument("--fault", type=ScannerFault, choices=list(ScannerFault), default=ScannerFault.NONE)
    parser.add_argument("--faults", default="{}", help="a fault plan as JSON")
    chosen = parser.parse_args(arguments)
    try:
        faults = msgspec.json.decode(chosen.faults, type=FaultPlan)
    except msgspec.DecodeError as error:
        parser.error(f"--faults: {error}")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with EsclScanner(EsclSettings(pages=chosen.pages, fault=chosen.fault, faults=faults)) as scanner:
        sys.stdout.write(f"{scanner.address}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
