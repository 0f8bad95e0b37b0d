"""A camera that is not there: recorded pictures and films, or a drawn person, at fifteen frames a second."""

from __future__ import annotations

import time
from collections.abc import Iterator

import cv2
import numpy as np

from drivers.contracts import CameraRequest, DeviceIdentity, Frame, FramePool, Pixels, Shutter, Stop
from drivers.errors import CaptureCancelled, CaptureTimedOut, RequestUnsupported
from drivers.previews import reduced
from drivers.simulated.footage import DrawnFootage, Footage, recorded_footage
from drivers.simulated.misbehaviour import Misbehaviour, wait_until
from drivers.simulated.options import SceneOptions
from drivers.simulated.scenes import Scenes
from drivers.simulated.turns import Turns, entry_for

FRAMES_PER_S = 15.0
LARGEST_EDGE_PX = 8192


class Options(SceneOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing beyond what all simulated devices have."""


def create(options: Options) -> SimulatedCamera:
    return SimulatedCamera(options)


class SimulatedCamera:
    """Every stream shows the next entry from its beginning, in its own size unless another one is asked for."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._faults = Misbehaviour(options.faults)
        self._scenes: Scenes | None = None
        self._turns = Turns()

    def open(self) -> DeviceIdentity:
        self._faults.opened()
        self._scenes = self._options.load()
        return DeviceIdentity(vendor="claim-kiosk", model="Simulated camera", firmware_version="1", simulated=True)

    def close(self) -> None:
        self._faults.closed()

    def stream(
        self, request: CameraRequest, pool: FramePool, stop: Stop, shutter: Shutter | None = None
    ) -> Iterator[Frame]:
        """(H, W, 3) frames on a fixed beat; `sequence` counts beats, so that what a slow taker missed shows.

        Raises RequestUnsupported for a size that no camera has, CaptureTimedOut when nobody is there.
        """
        if not (0 <= request.width <= LARGEST_EDGE_PX and 0 <= request.height <= LARGEST_EDGE_PX):
            raise RequestUnsupported("The camera has no such picture size.")
        try:
            yield from self._frames(request, pool, stop, shutter or Shutter())
        except CaptureCancelled:
            return

    def _frames(self, request: CameraRequest, pool: FramePool, stop: Stop, shutter: Shutter) -> Iterator[Frame]:
        started_s = time.monotonic()
        deadline_s = started_s + request.timeout_s
        self._faults.before_frame(deadline_s, stop)
        footage = self._footage()
        if footage is None:
            wait_until(deadline_s, stop)
            raise CaptureTimedOut
        try:
            shown_since_s, beat, given = time.monotonic(), 0, 0
            while not stop.is_set() and not 0 < request.frame_limit <= given:
                if given:
                    self._faults.before_frame(time.monotonic() + request.timeout_s, stop)
                preview = request.preview_width > 0 and shutter.pressed_ns is None
                captured_ns = time.monotonic_ns()
                view = _sized(footage.at(beat / FRAMES_PER_S), request)
                if preview:
                    pixels, reduced_by = reduced(view, request.preview_width, pool)
                else:
                    pixels, reduced_by = pool.take(view.shape[0], view.shape[1], 3), 1.0
                    np.copyto(pixels, view)
                    shutter.answer(captured_ns)
                given += 1
                self._faults.frame_given()
                yield Frame(pixels, beat, captured_ns, simulated=True, preview=preview, reduced_by=reduced_by)
                beat = max(beat + 1, int((time.monotonic() - shown_since_s) * FRAMES_PER_S))
                if not 0 < request.frame_limit <= given:
                    wait_until(shown_since_s + beat / FRAMES_PER_S, stop)
        finally:
            footage.close()

    def _footage(self) -> Footage | None:
        turn = self._turns.next("face")
        if self._scenes is None:
            return DrawnFootage(self._options.seed, turn)
        entry = entry_for(len(self._scenes.face), turn)
        return None if entry is None else recorded_footage(self._scenes.face[entry])


def _sized(view: Pixels, request: CameraRequest) -> Pixels:
    """Scaled to cover the size asked for, then cut evenly; nothing is stretched."""
    height, width = view.shape[:2]
    wanted_height, wanted_width = request.height or height, request.width or width
    if not request.height and request.width:
        wanted_height = max(1, round(height * wanted_width / width))
    if not request.width and request.height:
        wanted_width = max(1, round(width * wanted_height / height))
    if (wanted_height, wanted_width) == (height, width):
        return view
    scale = max(wanted_height / height, wanted_width / width)
    covering = (max(wanted_width, round(width * scale)), max(wanted_height, round(height * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(view, covering, interpolation=way)
    top, left = (covering[1] - wanted_height) // 2, (covering[0] - wanted_width) // 2
    return np.asarray(scaled[top : top + wanted_height, left : left + wanted_width], np.uint8)
