"""A document scanner that is not there: one page a scan, recorded or drawn, marked as simulated."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from drivers.contracts import DeviceIdentity, Frame, FramePool, Pixels, ScanRequest, Stop
from drivers.errors import RequestUnsupported, ScannerEmpty
from drivers.simulated.drawn.document import draw_document
from drivers.simulated.misbehaviour import Misbehaviour
from drivers.simulated.options import SceneOptions, read_scene
from drivers.simulated.scenes import Scenes
from drivers.simulated.turns import Turns, entry_for
from drivers.transport.picture_file import as_colour, as_grey

LOWEST_PPI, HIGHEST_PPI = 75, 1200
MM_PER_INCH = 25.4


class Options(SceneOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing beyond what all simulated devices have."""


def create(options: Options) -> SimulatedScanner:
    return SimulatedScanner(options)


class SimulatedScanner:
    """A drawn page has the resolution asked for; a recorded one its own pixels and no known resolution."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._faults = Misbehaviour(options.faults)
        self._scenes: Scenes | None = None
        self._turns = Turns()
        self._sequence = 0

    def open(self) -> DeviceIdentity:
        self._faults.opened()
        self._scenes = self._options.load()
        return DeviceIdentity(
            vendor="claim-kiosk", model="Simulated document scanner", firmware_version="1", simulated=True
        )

    def close(self) -> None:
        self._faults.closed()

    def scan(self, request: ScanRequest, pool: FramePool, stop: Stop) -> Iterator[Frame]:
        """One frame. Raises ScannerEmpty when the scenes list no document, RequestUnsupported for a bad request."""
        if not LOWEST_PPI <= request.resolution_ppi <= HIGHEST_PPI:
            raise RequestUnsupported(f"The scanner scans at {LOWEST_PPI} to {HIGHEST_PPI} ppi.")
        if request.area_mm is not None and min(request.area_mm) <= 0:
            raise RequestUnsupported("The area to scan is empty.")
        self._faults.before_frame(time.monotonic() + request.timeout_s, stop)
        page, resolution_ppi = self._page(request)
        page = as_colour(page) if request.colour else as_grey(page)
        if request.area_mm is not None and resolution_ppi is not None:
            width, height = (max(1, round(side / MM_PER_INCH * resolution_ppi)) for side in request.area_mm)
            page = page[:height, :width]
        pixels = pool.take(page.shape[0], page.shape[1], 3 if request.colour else 1)
        np.copyto(pixels, page)
        self._sequence += 1
        self._faults.frame_given()
        yield Frame(pixels, self._sequence, time.monotonic_ns(), resolution_ppi=resolution_ppi, simulated=True)

    def _page(self, request: ScanRequest) -> tuple[Pixels, int | None]:
        turn = self._turns.next("document")
        if self._scenes is None:
            return draw_document(self._options.seed, request.resolution_ppi), request.resolution_ppi
        entry = entry_for(len(self._scenes.document), turn)
        if entry is None:
            raise ScannerEmpty
        return read_scene(self._scenes.document[entry]), None
