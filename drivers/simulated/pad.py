"""A signature pad that is not there: a seeded scrawl that is nobody's signature, marked as simulated."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator
from typing import Annotated, Final

import msgspec

from drivers.contracts import DeviceIdentity, PadSize, PenPoint, SignatureRequest, Stop
from drivers.errors import CaptureCancelled, DeviceLost
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.simulated.misbehaviour import Misbehaviour

SIZE: Final[PadSize] = (960.0, 360.0)
_POINTS: Final = 40
"""In one stroke."""
_LIFTED_MS: Final = 120.0


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`rate_hz` is how many points a second it writes; `strokes` how many it writes before it presses its own key."""

    seed: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 1
    rate_hz: Annotated[float, msgspec.Meta(ge=1, le=1000)] = 400.0
    strokes: Annotated[int, msgspec.Meta(ge=1, le=20)] = 4
    faults: FaultPlan = WELL_BEHAVED


def create(options: Options) -> SimulatedPad:
    return SimulatedPad(options)


class SimulatedPad:
    """A `SignaturePad`. Each signature is another one, and the same ones again after opening."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._faults = Misbehaviour(options.faults)
        self._signatures = 0
        self._open = False

    def open(self) -> DeviceIdentity:
        self._faults.opened()
        self._open, self._signatures = True, 0
        return DeviceIdentity(
            vendor="claim-kiosk", model="Simulated signature pad", firmware_version="1", simulated=True
        )

    def close(self) -> None:
        self._open = False
        self._faults.closed()

    def size(self) -> PadSize:
        if not self._open:
            raise DeviceLost
        return SIZE

    def sign(self, request: SignatureRequest, stop: Stop) -> Iterator[PenPoint]:
        points = scrawl(self._options.seed + self._signatures, self._options.strokes, self._options.rate_hz)
        self._signatures += 1
        for point in points:
            try:
                self._faults.before_frame(time.monotonic() + request.timeout_s, stop)
            except CaptureCancelled:
                return
            if stop.wait(1 / self._options.rate_hz):
                return
            self._faults.frame_given()
            yield point


def scrawl(seed: int, strokes: int, rate_hz: float) -> Iterator[PenPoint]:
    """Strokes from left to right, each a wave of two frequencies under a pressure that swells and ebbs."""
    chance = random.Random(seed)  # noqa: S311 - nobody's signature
    width, height = SIZE
    time_ms, span = 0.0, 0.8 * width / strokes
    for stroke in range(strokes):
        loops, tilt, phase = chance.uniform(1, 3), chance.uniform(0.1, 0.3), chance.uniform(0, math.tau)
        for number in range(_POINTS):
            along = number / (_POINTS - 1)
            wave = math.sin(math.tau * loops * along + phase) + 0.3 * math.sin(math.tau * 5 * along)
            yield PenPoint(
                round(0.1 * width + span * (stroke + along) + tilt * 40 * wave, 1),
                round(height * (0.5 + 0.22 * wave), 1),
                round(0.2 + 0.7 * math.sin(math.pi * along) ** 2, 3),
                round(time_ms, 1),
                stroke,
            )
            time_ms += 1000 / rate_hz
        time_ms += _LIFTED_MS
