"""A certified scanner behind its maker's SBI service: fingers (single or slap) and face.

What is kept was signed by the scanner and passed every check; live pictures were not, and are marked as previews.
Not responsible for the conversation (`session`) or for opening again after a loss.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

from drivers.contracts import (
    CameraRequest,
    DeviceIdentity,
    FingerprintRequest,
    Frame,
    FramePool,
    Pixels,
    PrivatePool,
    Shutter,
    Stop,
)
from drivers.errors import (
    CaptureCancelled,
    DeviceProtocolError,
    DriverError,
    RequestUnsupported,
)
from drivers.previews import reduced
from drivers.sbi.iso_face import FaceImage
from drivers.sbi.iso_finger import FingerImage
from drivers.sbi.iso_picture import decode_picture
from drivers.sbi.live import FIRST_PICTURE_S, AwaitedCapture, live_pictures
from drivers.sbi.messages import FACE, FINGER
from drivers.sbi.options import Options
from drivers.sbi.positions import ANY_SUB_ID, placement
from drivers.sbi.session import Session


class SbiFingerprintReader:
    """A `FingerprintReader`: one frame a finger, at the resolution that its record says."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._sequence = 0

    def open(self) -> DeviceIdentity:
        self._sequence = 0
        return self._session.open()

    def close(self) -> None:
        self._session.close()

    def acquire(self, request: FingerprintRequest, pool: FramePool, stop: Stop) -> Iterator[Frame]:
        """Grey frames in the order asked for, after a single placement. With `preview`: until stopped.

        With `live`, what the scanner shows meanwhile comes before them; where it shows nothing, they come alone.
        """
        fingers = placement(request.positions or (request.position,))
        if request.preview:
            live = self._session.live(fingers, request.timeout_s, stop)
            for pixels in live_pictures(live, request.timeout_s, pool, channels=1):
                yield self._frame(pixels, preview=True)
            return
        whole = bool(request.positions)
        with AwaitedCapture(
            lambda stop: self._session.capture(fingers, whole=whole, timeout_s=request.timeout_s, stop=stop), stop
        ) as awaited:
            if request.live:
                live = self._session.live(fingers, request.timeout_s, awaited.shown, first_s=FIRST_PICTURE_S)
                for pixels in awaited.beside(live_pictures(live, request.timeout_s, pool, channels=1)):
                    yield self._frame(pixels, preview=True)
            captures = awaited.result()
        captured_ns = time.monotonic_ns()
        images = [FingerImage.from_bytes(capture.record) for capture in captures]
        for finger, image in zip(fingers, images, strict=True):
            if image.position not in (ANY_SUB_ID, finger.iso_code):
                raise DeviceProtocolError("The scanner's record shows another finger than its answer says.")
        for finger, image in zip(fingers, images, strict=True):
            pixels = pool.take(image.height, image.width)
            decode_picture(image.coding, image.data, pixels)
            yield self._frame(
                pixels,
                captured_ns,
                position=finger.position,
                resolution_ppi=image.resolution_ppi,
                lossy=image.coding.lossy,
            )

    def _frame(self, pixels: Pixels, captured_ns: int = 0, **facts: Any) -> Frame:
        self._sequence += 1
        return Frame(
            pixels=pixels,
            sequence=self._sequence - 1,
            captured_monotonic_ns=captured_ns or time.monotonic_ns(),
            simulated=self._session.simulated,
            **facts,
        )


class SbiCamera:
    """A `Camera`: one signed portrait after another; or its live pictures as previews, and a signed one as each still.

    The live picture stands still while the scanner takes the signed one, for as long as that needs.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._sequence = 0

    def open(self) -> DeviceIdentity:
        self._sequence = 0
        return self._session.open()

    def close(self) -> None:
        self._session.close()

    def stream(
        self, request: CameraRequest, pool: FramePool, stop: Stop, shutter: Shutter | None = None
    ) -> Iterator[Frame]:
        """SBI has no sizes to choose from: RequestUnsupported for any but the scanner's own."""
        shutter = shutter or Shutter()
        source = (
            self._looked_at(request, pool, stop, shutter) if request.preview_width else self._kept(request, pool, stop)
        )
        given = 0
        with closing(source) as frames:
            try:
                while not (stop.is_set() or (request.frame_limit and given >= request.frame_limit)):
                    frame = next(frames, None)
                    if frame is None:
                        return
                    yield frame
                    given += 1
            except CaptureCancelled:
                return

    def _kept(self, request: CameraRequest, pool: FramePool, stop: Stop) -> Generator[Frame, None, None]:
        while True:
            yield self._signed(request, pool, stop)

    def _looked_at(
        self, request: CameraRequest, pool: FramePool, stop: Stop, shutter: Shutter
    ) -> Generator[Frame, None, None]:
        """Live pictures, and a signed one for each press. Where the scanner shows nothing, it is asked to take all the
        same, as often as it does not: who waits for something to look at would never ask for a still."""
        while True:
            with closing(self._shown(request, stop)) as shown:
                while True:
                    try:
                        pixels = next(shown)
                    except CaptureCancelled:
                        raise
                    except (StopIteration, DriverError):
                        break
                    if shutter.pressed_ns is None:
                        _check_size(request, pixels)
                        small, reduced_by = reduced(pixels, request.preview_width, pool)
                        yield self._frame(small, time.monotonic_ns(), preview=True, reduced_by=reduced_by)
                    else:
                        yield self._still(request, pool, stop, shutter)
            yield self._still(request, pool, stop, shutter)

    def _shown(self, request: CameraRequest, stop: Stop) -> Generator[Pixels, None, None]:
        live = self._session.live((), request.timeout_s, stop, first_s=FIRST_PICTURE_S)
        return live_pictures(live, min(FIRST_PICTURE_S, request.timeout_s), PrivatePool(), channels=3)

    def _still(self, request: CameraRequest, pool: FramePool, stop: Stop, shutter: Shutter) -> Frame:
        signed = self._signed(request, pool, stop)
        shutter.answer(signed.captured_monotonic_ns)
        return signed

    def _signed(self, request: CameraRequest, pool: FramePool, stop: Stop) -> Frame:
        # When the scanner exposes it does not say: after it was asked, and before it had signed and sent.
        asked_ns = time.monotonic_ns()
        (capture,) = self._session.capture((), whole=False, timeout_s=request.timeout_s, stop=stop)
        image = FaceImage.from_bytes(capture.record)
        pixels = pool.take(image.height, image.width, 3)
        decode_picture(image.coding, image.data, pixels)
        _check_size(request, pixels)
        return self._frame(pixels, asked_ns)

    def _frame(self, pixels: Pixels, captured_ns: int, **facts: Any) -> Frame:
        self._sequence += 1
        return Frame(
            pixels=pixels,
            sequence=self._sequence - 1,
            captured_monotonic_ns=captured_ns,
            simulated=self._session.simulated,
            **facts,
        )


def _check_size(request: CameraRequest, pixels: Pixels) -> None:
    height, width = pixels.shape[:2]
    if request.width not in (0, width) or request.height not in (0, height):
        raise RequestUnsupported(f"The scanner's pictures are {width} × {height}, and no other size.")


def create_fingerprint(options: Options) -> SbiFingerprintReader:
    """The scanner, not opened."""
    return SbiFingerprintReader(Session(options, FINGER))


def create_camera(options: Options) -> SbiCamera:
    """The face scanner, not opened."""
    return SbiCamera(Session(options, FACE))
