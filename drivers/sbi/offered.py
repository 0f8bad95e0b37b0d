"""What an SBI service offers: a device's description, and where its images come from (one of our drivers, or drawn)."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, Protocol

from drivers.contracts import (
    Camera,
    CameraRequest,
    Contract,
    DeviceIdentity,
    FingerprintReader,
    FingerprintRequest,
    Frame,
    Pixels,
    PrivatePool,
    Stop,
)
from drivers.errors import CaptureCancelled, CaptureTimedOut, DeviceBusy, DriverError, RequestUnsupported
from drivers.opencv_camera.emulator import drawn_portraits
from drivers.sbi.iso_picture import Coding
from drivers.sbi.messages import FACE, FINGER, TIME, DigitalId
from drivers.sbi.positions import ANY_SUB_ID, LEFT_SLAP, RIGHT_SLAP, THUMBS, Finger
from drivers.sbi.until import STEP_S, Until
from drivers.simulated.drawn.plain_print import drawn_print

_DRAWN_PPI: Final = 500
_DRAWN_SCORE: Final = 80.0
_MAKE: Final = "claim-kiosk"
_HARMLESS: Final = (CaptureCancelled, CaptureTimedOut, DeviceBusy, RequestUnsupported)
"""After any other error a device is opened again before it is used."""
_LOOK_EVERY_S: Final = 0.1
_LOOK_TIMEOUT_S: Final = 5.0
_LOOK_WIDTH_PX: Final = 640
_GIVES_WAY_S: Final = 2.0
"""How long a capture waits at least for live pictures to give way: a driver looks at its stop every 0.5 s."""
_LETS_GO_S: Final = 1.0


@dataclass(frozen=True, eq=False)
class Taken:
    """One image: grey for a finger, colour for a face. `resolution_ppi` is a finger's. `score` is 0–100."""

    pixels: Pixels
    resolution_ppi: int
    score: float


class Sensor(Protocol):
    """Raises only drivers' errors."""

    def take(self, fingers: Sequence[Finger], timeout_s: float, stop: Stop) -> list[Taken]:
        """One image a finger, in that order; for no finger, a face."""
        ...

    def look(self, stop: Stop) -> Generator[Pixels, None, None]:
        """Live pictures until stopped. Whoever takes them slowly, or no more, holds up no capture."""
        ...

    def close(self) -> None:
        """The device is let go of, unless somebody is still in it."""
        ...


@dataclass(frozen=True, eq=False)
class Offer:
    digital_id: DigitalId
    sensor: Sensor
    sub_ids: tuple[int, ...] = (ANY_SUB_ID,)
    certification: str = "L1"
    env: str = "Developer"
    firmware: str = "1"
    coding: Coding = Coding.JPEG_2000

    @property
    def device_id(self) -> str:
        return f"{self.digital_id.device_sub_type}-{self.digital_id.serial_no}".replace(" ", "-")


def described(kind: str, sub_type: str, make: str, model: str, serial_number: str, at: str) -> DigitalId:
    """`kind` is Finger or Face; `at` the time of making, as SBI writes it."""
    return DigitalId(
        serial_no=serial_number,
        make=make,
        model=model,
        type=kind,
        device_sub_type=sub_type,
        device_provider=make,
        device_provider_id=make,
        date_time=at,
    )


def offer_of(
    driver: FingerprintReader | Camera,
    identity: DeviceIdentity,
    contract: Contract,
    judge: Callable[[Pixels], float],
    at: datetime,
    *,
    env: str = "Developer",
    coding: Coding = Coding.JPEG_2000,
) -> Offer:
    """One of our own devices, opened, as level L0: its images are signed by this machine and not by the sensor.

    One that is simulated says so in its model's name, where an SBI client may see it.
    """
    kind, sub_type = (FACE, "Full face") if contract is Contract.CAMERA else (FINGER, "Single")
    says_so = not identity.simulated or "simulated" in identity.model.lower()
    digital_id = described(
        kind,
        sub_type,
        identity.vendor or _MAKE,
        (identity.model or sub_type) if says_so else f"Simulated {identity.model}",
        identity.serial_number or "unknown",
        at.strftime(TIME),
    )
    return Offer(
        digital_id=digital_id,
        sensor=DriverSensor(driver, kind, judge),
        sub_ids=sub_ids_of(sub_type),
        certification="L0",
        env=env,
        firmware=identity.firmware_version or "unknown",
        coding=coding,
    )


def sub_ids_of(sub_type: str) -> tuple[int, ...]:
    return (LEFT_SLAP, RIGHT_SLAP, THUMBS) if sub_type == "Slap" else (ANY_SUB_ID,)


class DrawnSensor:
    """Sees what it is asked for at once: drawn prints and portraits, nobody's."""

    def take(self, fingers: Sequence[Finger], timeout_s: float, stop: Stop) -> list[Taken]:
        if not fingers:
            return [Taken(_portraits()[0], 0, _DRAWN_SCORE)]
        return [Taken(_print(finger.iso_code), _DRAWN_PPI, _DRAWN_SCORE) for finger in fingers]

    def look(self, stop: Stop) -> Generator[Pixels, None, None]:
        number = 0
        while not stop.wait(_LOOK_EVERY_S):
            yield _portraits()[number % len(_portraits())]
            number += 1

    def close(self) -> None:
        """There is no device."""


class DriverSensor:
    """One of our own devices, opened by whoever made it, and again after a loss. A capture makes live pictures give
    way; then they go on.

    `judge` gives the score of a frame, which SBI wants from 0 to 100; a reader is asked for one finger at a time.
    """

    def __init__(self, driver: FingerprintReader | Camera, kind: str, judge: Callable[[Pixels], float]) -> None:
        self._driver: Any = driver
        self._kind = kind
        self._judge = judge
        self._in_use = threading.Lock()
        """Held while somebody is inside the driver, and no longer: never while a client takes its picture."""
        self._shown: Generator[Frame, None, None] | None = None
        """The live pictures that lie open. Whoever has `_in_use` may end them."""
        self._claims: set[object] = set()
        self._lost = False

    def take(self, fingers: Sequence[Finger], timeout_s: float, stop: Stop) -> list[Taken]:
        """DeviceBusy where another capture has the device for all of that time."""
        deadline_s = time.monotonic() + timeout_s
        claim = object()
        self._claims.add(claim)
        try:
            with self._held(max(timeout_s, _GIVES_WAY_S), stop):
                self._end_shown()
                return [self._one(finger, deadline_s, stop) for finger in fingers or (None,)]
        finally:
            self._claims.discard(claim)

    def look(self, stop: Stop) -> Generator[Pixels, None, None]:
        """To one client at a time: another one's begin once it has left."""
        gives_way = Until(lambda: stop.is_set() or bool(self._claims))
        own: Generator[Frame, None, None] | None = None
        try:
            while not stop.is_set():
                picture = None
                with suppress(CaptureCancelled), self._held(math.inf, gives_way):
                    if self._shown is None:
                        own = self._shown = self._frames("unknown", _LOOK_TIMEOUT_S, gives_way, preview=True)
                    if self._shown is own:
                        picture = self._next_shown(own)
                if picture is not None:
                    yield picture
                elif self._claims or self._shown is not None:
                    stop.wait(_LOOK_EVERY_S)
        finally:
            self._let_go(own)

    def close(self) -> None:
        """A driver that does not come back is left to the end of the process: it must not be closed under its user."""
        if self._in_use.acquire(timeout=_LETS_GO_S):
            try:
                self._end_shown()
                self._driver.close()
            finally:
                self._in_use.release()

    @contextmanager
    def _held(self, within_s: float, stop: Stop) -> Iterator[None]:
        """The device, for one thread. CaptureCancelled; DeviceBusy when nobody lets go of it in time."""
        deadline_s = time.monotonic() + within_s
        while not self._in_use.acquire(timeout=STEP_S):
            if stop.is_set():
                raise CaptureCancelled
            if time.monotonic() >= deadline_s:
                raise DeviceBusy
        try:
            if stop.is_set():
                raise CaptureCancelled
            yield
        finally:
            self._in_use.release()

    def _next_shown(self, frames: Generator[Frame, None, None]) -> Pixels | None:
        """None when they have ended, or were told to. For whoever has `_in_use`, as is `_end_shown`."""
        frame = None
        try:
            frame = next(frames, None)
        finally:
            if frame is None:
                self._end_shown()
        return None if frame is None else frame.pixels.copy()

    def _end_shown(self) -> None:
        frames, self._shown = self._shown, None
        if frames is not None:
            # What is lost shows itself to whoever uses the device next.
            with suppress(DriverError):
                frames.close()

    def _let_go(self, own: Generator[Frame, None, None] | None) -> None:
        """By whoever showed them and has left, unless somebody else has ended them."""
        while own is not None and self._shown is own:
            if self._in_use.acquire(timeout=STEP_S):
                try:
                    if self._shown is own:
                        self._end_shown()
                finally:
                    self._in_use.release()

    def _one(self, finger: Finger | None, deadline_s: float, stop: Stop) -> Taken:
        position = finger.position if finger else "unknown"
        timeout_s = max(0.0, deadline_s - time.monotonic())
        with closing(self._frames(position, timeout_s, stop, preview=False)) as frames:
            frame = next(frames, None)
            if frame is None:
                raise CaptureCancelled
            pixels = frame.pixels.copy()
            return Taken(pixels, frame.resolution_ppi or 0, self._judge(pixels))

    def _frames(self, position: str, timeout_s: float, stop: Stop, *, preview: bool) -> Generator[Frame, None, None]:
        pool = PrivatePool()
        try:
            if self._lost:
                self._driver.open()
                self._lost = False
            if self._kind == FINGER:
                asked = FingerprintRequest(position=position, timeout_s=timeout_s, preview=preview)
                yield from self._driver.acquire(asked, pool, stop)
            else:
                width = _LOOK_WIDTH_PX if preview else 0
                yield from self._driver.stream(CameraRequest(timeout_s=timeout_s, preview_width=width), pool, stop)
        except DriverError as error:
            self._lost = self._lost or not isinstance(error, _HARMLESS)
            raise


@cache
def _print(code: int) -> Pixels:
    """16 × 20 mm, as an enrolment sensor must have at least."""
    return drawn_print(400, 320, seed=code)


@cache
def _portraits() -> tuple[Pixels, ...]:
    return tuple(drawn_portraits(5, 400, 320))
