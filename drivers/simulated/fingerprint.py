"""A fingerprint reader that is not there: one impression an acquisition, or one slap, recorded or drawn, marked as
simulated."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Annotated

import msgspec
import numpy as np

from drivers.contracts import DeviceIdentity, FingerprintRequest, Frame, FramePool, Pixels, Stop
from drivers.errors import CaptureTimedOut
from drivers.simulated.arriving import PICTURES_PER_S, arriving
from drivers.simulated.drawn.fingerprint import RESOLUTION_PPI, draw_fingerprint
from drivers.simulated.drawn.slap import draw_slap
from drivers.simulated.misbehaviour import Misbehaviour, wait_until
from drivers.simulated.options import SceneOptions, read_scene
from drivers.simulated.scenes import Scenes
from drivers.simulated.turns import Turns, entry_for
from drivers.transport.picture_file import as_grey


class Options(SceneOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recorded impressions are taken as 500 ppi, drawn ones are. `arrives_s`: how long a finger takes to lie still, for
    whoever asks for live pictures; 0 for none."""

    resolution_ppi: Annotated[int, msgspec.Meta(ge=RESOLUTION_PPI, le=RESOLUTION_PPI)] = RESOLUTION_PPI
    arrives_s: Annotated[float, msgspec.Meta(ge=0, le=10)] = 0.0


def create(options: Options) -> SimulatedFingerprintReader:
    return SimulatedFingerprintReader(options)


class SimulatedFingerprintReader:
    """Sees the finger that it is asked for; one that the scenes do not list is never presented."""

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
            vendor="claim-kiosk", model="Simulated fingerprint reader", firmware_version="1", simulated=True
        )

    def close(self) -> None:
        self._faults.closed()

    def acquire(self, request: FingerprintRequest, pool: FramePool, stop: Stop) -> Iterator[Frame]:
        """One frame: (H, W) uint8 at 500 ppi, of one finger or of all `positions` as they lie on the glass.

        With `live`, previews of how they come before it."""
        deadline_s = time.monotonic() + request.timeout_s
        self._faults.before_frame(deadline_s, stop)
        impression = self._slap(request.positions) if request.positions else self._impression(request.position)
        if impression is None:
            wait_until(deadline_s, stop)
            raise CaptureTimedOut
        if request.live and self._options.arrives_s:
            for shown in arriving(impression, self._options.arrives_s):
                yield self._frame(shown, pool, preview=True)
                wait_until(time.monotonic() + 1 / PICTURES_PER_S, stop)
        yield self._frame(impression, pool, preview=False)

    def _frame(self, shown: Pixels, pool: FramePool, *, preview: bool) -> Frame:
        pixels = pool.take(*shown.shape)
        np.copyto(pixels, shown)
        self._sequence += 1
        self._faults.frame_given()
        return Frame(
            pixels,
            self._sequence,
            time.monotonic_ns(),
            resolution_ppi=RESOLUTION_PPI,
            simulated=True,
            preview=preview,
        )

    def _slap(self, positions: tuple[str, ...]) -> Pixels | None:
        """All of those that the scenes have, side by side; a finger that they do not list is not there."""
        fingers = {position: self._impression(position) for position in positions}
        there = {position: impression for position, impression in fingers.items() if impression is not None}
        return draw_slap(there) if there else None

    def _impression(self, position: str) -> Pixels | None:
        """What lies on the glass; None for nothing."""
        if self._scenes is None:
            return draw_fingerprint(self._options.seed, position, self._turns.next(position))
        listed = self._scenes.fingerprints
        if position == FingerprintRequest().position:
            # Nobody said which finger: the first that the scenes have.
            position = next(iter(listed), position)
        entries = listed.get(position, ())
        turn = entry_for(len(entries), self._turns.next(position)) if entries else None
        return None if turn is None else as_grey(read_scene(entries[turn]))
