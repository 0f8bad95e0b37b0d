"""A camera through OpenCV: an index or device file, a recording, MJPEG over HTTP, or RTSP.

Between two streams the camera is not held, so that its light goes out and no old frame waits. Not responsible for
opening (`capture`), reading (`player`), making pictures small or upright (`developing`), or trying again after a loss.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

import cv2
import msgspec

from drivers.contracts import CameraRequest, DeviceIdentity, Frame, FramePool, Pixels, Shutter, Stop
from drivers.errors import DeviceLost, DeviceTimedOut, DriverError, OptionInvalid
from drivers.opencv_camera.capture import CaptureSettings, open_capture
from drivers.opencv_camera.controls import CameraControls, Milliseconds
from drivers.opencv_camera.developing import TURNS, OwnMemory, offer, small, whole
from drivers.opencv_camera.player import PlayEnded, Player, Seen
from drivers.opencv_camera.source import Source, SourceKind, source_from_text

_LOOK_S: Final = 0.1
"""How often a stream looks whether a frame has come, and whether it is to stop."""
_SILENCE_S: Final = 0.7
"""How long a camera that has given frames may give none; what is left of a second is for those who must hear of it."""
_FIRST_S: Final = 5.0
"""The same for one that has given a single frame."""
_FRESH_S: Final = 8.0
_SLOW: Final = 8
"""How long a picture that is surely of after the press is waited for, and how many of a slow camera's intervals: the
player may have to open the camera again for it."""
_LEAVE_S: Final = 0.3
_CLOSE_S: Final = 1.0
"""A read that hangs longer goes on in its thread, which releases the camera when it ends."""

_UNCODED: Final = frozenset({"YUYV", "UYVY", "YUY2", "NV12", "NV21", "BGR3", "RGB3"})
"""Formats without loss of a code's. Whatever else a camera sends, or sends without being asked for a format, may have
been coded with loss, and is never to be so again."""

T = TypeVar("T")
Seconds = Annotated[float, msgspec.Meta(gt=0, le=60)]


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`loop` and the simulated mark concern recordings: one is always marked, whatever `simulated` says.

    `fourcc` asks a USB camera for a format (`MJPG` gives most of them their full rate). `orientation_deg` turns its
    picture clockwise. `exposure_ms`, `focus` and `white_balance_k` are for USB cameras that have such controls; the
    exposure stays within what the profile allows.
    """

    device: str
    loop: bool = True
    simulated: bool = False
    fourcc: Annotated[str, msgspec.Meta(pattern=r"^([A-Z0-9]{4})?$")] = ""
    orientation_deg: Literal[0, 90, 180, 270] = 0
    exposure_ms: Milliseconds | None = None
    focus: Annotated[int, msgspec.Meta(ge=0, le=1023)] | None = None
    white_balance_k: Annotated[int, msgspec.Meta(ge=1000, le=12000)] | None = None
    shortest_exposure_ms: Milliseconds | None = None
    longest_exposure_ms: Milliseconds | None = None
    open_timeout_s: Seconds = 5.0
    read_timeout_s: Seconds = 5.0


class OpenCvCamera:
    """A `Camera`."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._source: Source = source_from_text(options.device)
        self._controls = CameraControls(
            exposure_ms=options.exposure_ms, focus=options.focus, white_balance_k=options.white_balance_k
        ).within(options.shortest_exposure_ms, options.longest_exposure_ms)
        if self._controls.settings() and self._source.kind is not SourceKind.VIDEO_DEVICE:
            raise OptionInvalid("Exposure, focus and white balance can be set on a USB camera only.")
        self._simulated = options.simulated or self._source.kind is SourceKind.FILE
        self._is_open = False
        self._sequence = 0
        self._player: Player | None = None

    def open(self) -> DeviceIdentity:
        self.close()
        # Opened and let go: says whether it is there. `stream` opens it for itself.
        open_capture(self._source, self._settings(CameraRequest())).release()
        self._is_open = True
        self._sequence = 0
        return DeviceIdentity(vendor="", model=_model(self._source), simulated=self._simulated)

    def close(self) -> None:
        self._is_open = False
        if self._player is not None:
            self._player.leave(_CLOSE_S)
            self._player = None

    def stream(
        self, request: CameraRequest, pool: FramePool, stop: Stop, shutter: Shutter | None = None
    ) -> Iterator[Frame]:
        """Colour frames, the newest each time. DeviceTimedOut when the first does not come within `timeout_s`: it is
        opened again; DeviceLost when no more come."""
        if not self._is_open:
            raise DeviceLost("The camera is not open.")
        if not self._let_go_of_the_last(stop):
            return
        settings = self._settings(request)
        player = Player(
            lambda: open_capture(self._source, settings),
            is_live=self._source.is_live,
            is_stamped=self._source.kind is SourceKind.VIDEO_DEVICE,
            repeat=self._options.loop and not self._source.is_live,
            read_timeout_s=self._options.read_timeout_s,
            silent_looks=lambda pace_s: silent_looks(self._options, pace_s),
        )
        self._player = player
        leave_s = _LEAVE_S
        try:
            yield from self._frames(player, request, pool, stop, shutter or Shutter())
        except PlayEnded:
            return
        except DriverError:
            # A read that hangs is not waited for: who streams is to know at once.
            leave_s = 0.0
            raise
        finally:
            player.leave(leave_s)

    def _frames(
        self, player: Player, request: CameraRequest, pool: FramePool, stop: Stop, shutter: Shutter
    ) -> Iterator[Frame]:
        own, turn = OwnMemory(), TURNS[self._options.orientation_deg]
        # Only what goes out as it is is decoded where it goes out.
        place: FramePool = pool if turn is None and not request.preview_width else own
        size = self._await(player.size, request.timeout_s, stop)
        given = 0
        while size is not None:
            offered = offer(place, size)
            # While a still is owed what is too old for it may come as well: it is a preview like any other.
            owed_ns = shutter.pressed_ns if request.preview_width else None
            player.ask(offered, owed_ns or 0)
            patience_s = request.timeout_s if owed_ns is None else max(_FRESH_S, _SLOW * (player.pace_s or 0.0))
            seen = self._await(player.take, patience_s, stop)
            if seen is None or not self._is_open:
                return
            size = seen.pixels.shape[0], seen.pixels.shape[1]
            if request.preview_width:
                frames = self._looked_at(seen, request.preview_width, pool, shutter)
            else:
                # A camera that changed its size, or gives grey, was not decoded into what was offered.
                as_it_is = seen.pixels is offered and place is pool
                frames = iter([self._frame(seen.pixels if as_it_is else whole(seen.pixels, turn, pool), seen)])
            for frame in frames:
                yield frame
                given += 1
                if given == request.frame_limit:
                    return

    def _looked_at(self, seen: Seen, preview_width: int, pool: FramePool, shutter: Shutter) -> Iterator[Frame]:
        """The still, where one is owed and this picture is of no moment before it was asked for; and the preview."""
        turn, pressed_ns = TURNS[self._options.orientation_deg], shutter.pressed_ns
        if pressed_ns is not None and seen.since_ns >= pressed_ns:
            shutter.answer(seen.since_ns)
            yield self._frame(whole(seen.pixels, turn, pool), seen)
        pixels, reduced_by = small(seen.pixels, turn, preview_width, pool)
        yield self._frame(pixels, seen, preview=True, reduced_by=reduced_by)

    def _frame(self, pixels: Pixels, seen: Seen, *, preview: bool = False, reduced_by: float = 1.0) -> Frame:
        self._sequence += 1
        return Frame(
            pixels=pixels,
            sequence=self._sequence - 1,
            captured_monotonic_ns=seen.since_ns,
            simulated=self._simulated,
            preview=preview,
            reduced_by=reduced_by,
            # Nobody but a video device is asked for a format: a stream or a file comes as it was coded.
            lossy=self._source.kind is not SourceKind.VIDEO_DEVICE or self._options.fourcc not in _UNCODED,
        )

    def _let_go_of_the_last(self, stop: Stop) -> bool:
        """Whether the capture of the last stream is released; a read that hangs in it ends by its own timeout."""
        last, self._player = self._player, None
        deadline = time.monotonic() + self._options.open_timeout_s + self._options.read_timeout_s
        while last is not None and not last.leave(_LOOK_S):
            if stop.is_set():
                self._player = last
                return False
            if time.monotonic() >= deadline:
                self._player = last
                raise DeviceLost
        return True

    @staticmethod
    def _await(step: Callable[[float], T | None], timeout_s: float, stop: Stop) -> T | None:
        """What `step` gives at last; None on stop. Looks are counted, so that no time runs out while the machine
        stands still."""
        for _ in range(max(1, math.ceil(timeout_s / _LOOK_S))):
            if stop.is_set():
                return None
            result = step(_LOOK_S)
            if result is not None:
                return result
        if stop.is_set():
            return None
        # A camera always sees something: one that gives nothing hangs, whether or not its own timeouts say so.
        raise DeviceTimedOut("The camera gave no picture in time: try again.")

    def _settings(self, request: CameraRequest) -> CaptureSettings:
        return CaptureSettings(
            open_timeout_s=self._options.open_timeout_s,
            read_timeout_s=self._options.read_timeout_s,
            width=request.width,
            height=request.height,
            fourcc=self._options.fourcc,
            controls=self._controls,
        )


def silent_looks(options: Options, pace_s: float | None) -> int:
    """After how many looks in vain a camera is lost: under a second, or three times what passed between its pictures
    where that is long, or three of its exposures. `pace_s` None: its pace is not known yet."""
    slowest_s = min(_FIRST_S, options.read_timeout_s) if pace_s is None else 3 * pace_s
    return math.ceil(max(_SILENCE_S, slowest_s, 3 * (options.exposure_ms or 0.0) / 1000) / _LOOK_S)


def _model(source: Source) -> str:
    """The kernel's name of a video device, else what kind of source it is."""
    if source.kind is SourceKind.VIDEO_DEVICE:
        name = Path("/sys/class/video4linux") / Path(source.address).resolve().name / "name"
        try:
            return name.read_text(errors="replace").strip()
        except OSError:
            return str(source.kind)
    return str(source.kind)


def create(options: Options) -> OpenCvCamera:
    """The camera, not opened. OptionInvalid for a device that is no index, path, http or rtsp address."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    return OpenCvCamera(options)
