"""A document scanner made of a camera above the desk, for posts without one: waits until a document lies still.

A document of a known format (ID card, passport page, A4) gives the resolution; another one is cut out without one.
Not responsible for the camera (`opencv_camera`) nor for finding the document in a picture (`page`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Annotated, Final

import cv2
import msgspec
import numpy as np

from drivers.camera_scanner.page import (
    MM_PER_INCH,
    SEARCH_PX,
    Corners,
    cut_out,
    find_page,
    moved,
    seen_ppi,
    sides_px,
    size_from_shape,
)
from drivers.contracts import (
    Camera,
    CameraRequest,
    DeviceIdentity,
    Frame,
    FramePool,
    Pixels,
    PrivatePool,
    ScanRequest,
    Shutter,
    Stop,
)
from drivers.errors import CaptureCancelled, RequestUnsupported, ScannerEmpty
from drivers.opencv_camera.driver import Options as CameraOptions
from drivers.opencv_camera.driver import create as create_camera

HIGHEST_PPI: Final = 1200
_STILL: Final = 0.01
_STILL_FRAMES: Final = 3


class Options(CameraOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The camera's, and how large a picture to ask of it; 0 takes its own size."""

    width: Annotated[int, msgspec.Meta(ge=0, le=20000)] = 0
    height: Annotated[int, msgspec.Meta(ge=0, le=20000)] = 0


class CameraScanner:
    """A `DocumentScanner`."""

    def __init__(self, options: Options, camera: Camera) -> None:
        self._options = options
        self._camera = camera
        self._sequence = 0

    def open(self) -> DeviceIdentity:
        self._sequence = 0
        identity = self._camera.open()
        return msgspec.structs.replace(identity, model=f"{identity.model} as document scanner")

    def close(self) -> None:
        self._camera.close()

    def scan(self, request: ScanRequest, pool: FramePool, stop: Stop) -> Iterator[Frame]:
        """One frame, once a document lies still. ScannerEmpty when none does within `timeout_s`.

        At the resolution asked for, or at the camera's own where that is lower: pixels are never made up.
        """
        if not 1 <= request.resolution_ppi <= HIGHEST_PPI or request.sides != 1 or request.page_limit < 1:
            raise RequestUnsupported(f"A camera sees one side, at up to {HIGHEST_PPI} points an inch.")
        if request.area_mm is not None and min(request.area_mm) <= 0:
            raise RequestUnsupported("The area to scan is empty.")
        picture, corners = self._lying_still(request, stop)
        size_mm = request.area_mm or size_from_shape(corners)
        if size_mm is None:
            width, height, ppi = *(round(side) for side in sides_px(corners)), None
        else:
            ppi = min(request.resolution_ppi, seen_ppi(corners, size_mm))
            width, height = (max(1, round(side / MM_PER_INCH * ppi)) for side in size_mm)
        pixels = pool.take(height, width, 3 if request.colour else 1)
        image = picture.pixels if request.colour else _grey(picture.pixels)
        cut_out(image, corners, pixels)
        self._sequence += 1
        yield Frame(
            pixels=pixels,
            sequence=self._sequence - 1,
            captured_monotonic_ns=picture.captured_monotonic_ns,
            resolution_ppi=ppi,
            simulated=picture.simulated,
        )

    def _lying_still(self, request: ScanRequest, stop: Stop) -> tuple[Frame, Corners]:
        """A full picture with a document that has not moved for some previews, and where it lies."""
        deadline = time.monotonic() + request.timeout_s
        asked = CameraRequest(
            width=self._options.width,
            height=self._options.height,
            timeout_s=request.timeout_s,
            preview_width=SEARCH_PX,
        )
        last: Corners | None = None
        unmoved, shutter = 0, Shutter()
        frames = self._camera.stream(asked, PrivatePool(), stop, shutter)
        try:
            for frame in frames:
                corners = _found(frame)
                stayed = corners is not None and last is not None and moved(last, corners) <= _STILL
                unmoved = unmoved + 1 if stayed else 0
                last = corners
                lies_still = unmoved >= _STILL_FRAMES
                # It may be moved while the camera takes its full picture: then all begins again.
                if corners is not None and lies_still and not frame.preview:
                    return frame, corners
                if lies_still and shutter.pressed_ns is None:
                    shutter.press(time.monotonic_ns())
                if time.monotonic() >= deadline:
                    raise ScannerEmpty("No document lies still under the camera: put one there, on a dark ground.")
        finally:
            frames.close()  # type: ignore[attr-defined]  # drivers' frames are generators
        if stop.is_set():
            raise CaptureCancelled
        raise ScannerEmpty


def _found(frame: Frame) -> Corners | None:
    """The document's corners, as the camera's full picture has them."""
    corners = find_page(frame.pixels)
    return None if corners is None else np.asarray((corners + 0.5) * frame.reduced_by - 0.5, np.float32)


def _grey(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)


def create(options: Options) -> CameraScanner:
    """The scanner, not opened."""
    own = {name: getattr(options, name) for name in CameraOptions.__struct_fields__}
    return CameraScanner(options, create_camera(CameraOptions(**own)))
