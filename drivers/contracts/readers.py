"""The contracts of the devices that take pictures. One method each that yields frames until it is done or stopped.

Readers of chips and pads to sign on give no frames: they have files of their own (`chip`, `pad`).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal, Protocol

import msgspec

from drivers.contracts.chip import ChipRequest
from drivers.contracts.device import Driver, Stop
from drivers.contracts.frame import Frame, FramePool
from drivers.contracts.pad import SignatureRequest
from drivers.contracts.shutter import Shutter


class Contract(StrEnum):
    """Which Protocol a driver fulfils; the names are used in profiles and in settings."""

    FINGERPRINT_READER = "fingerprint-reader"
    CAMERA = "camera"
    DOCUMENT_SCANNER = "document-scanner"
    CHIP_READER = "chip-reader"
    SIGNATURE_PAD = "signature-pad"


class FingerprintRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`position` is the finger asked for (`right_index` …); readers that see one finger at a time ignore it.

    `positions` are those of one placement on a slap scanner, in place of `position`: one frame each, in that order.
    `preview` asks for pictures to look at while fingers are placed, and for nothing else, until stopped; `live` for
    such pictures, marked as previews, before the kept ones. A reader without them ignores both.
    """

    position: str = "unknown"
    timeout_s: float = 10.0
    positions: tuple[str, ...] = ()
    preview: bool = False
    live: bool = False


class CameraRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Zero width or height means the camera's own; `frame_limit` 0 means until stopped.

    With a `preview_width` the stream is one to look at: its frames are previews, at most that wide and in the same
    proportions, never enlarged; a full frame, which may be kept, comes when the `Shutter` is pressed.
    """

    width: int = 0
    height: int = 0
    frame_limit: int = 0
    timeout_s: float = 30.0
    preview_width: Annotated[int, msgspec.Meta(ge=0, le=20_000)] = 0


class ScanRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`area_mm` is (width, height) from the top left, None for the whole bed. `sides` 2 scans both, page by page."""

    resolution_ppi: int = 600
    colour: bool = True
    area_mm: tuple[float, float] | None = None
    page_limit: int = 1
    sides: Literal[1, 2] = 1
    timeout_s: float = 60.0


class FingerprintReader(Driver, Protocol):
    def acquire(self, request: FingerprintRequest, pool: FramePool, stop: Stop) -> Iterator[Frame]:
        """Grey frames with a finger on the sensor, at least one.

        CaptureTimedOut when no finger came, CaptureCancelled on stop.
        """
        ...


class Camera(Driver, Protocol):
    def stream(
        self, request: CameraRequest, pool: FramePool, stop: Stop, shutter: Shutter | None = None
    ) -> Iterator[Frame]:
        """Colour frames, newest first wins: a slow taker loses frames, never time. Ends quietly on stop.

        Where previews were asked for, a press of `shutter` is answered by a frame of the camera's full size from the
        same stream, which shows no moment before the press; previews go on until then where they can, and after it. A
        frame's moment is one before which nothing in it was on its way. A camera that has given frames and then gives
        none for a second, or for three of its intervals where those are longer, is lost (DeviceLost).
        """
        ...


class DocumentScanner(Driver, Protocol):
    def scan(self, request: ScanRequest, pool: FramePool, stop: Stop) -> Iterator[Frame]:
        """One frame a page; `ScannerEmpty` when there is none. CaptureCancelled on stop, within 1 s."""
        ...


Request = FingerprintRequest | CameraRequest | ScanRequest
"""What frames are asked for with."""
AnyRequest = Request | ChipRequest | SignatureRequest
