"""A slap scanner that gives what a test lists, placement after placement, and remembers what it was asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import numpy as np

from appliance.errors import DeviceError
from appliance.model.capture import DeviceFacts
from drivers.contracts import Contract, FingerprintRequest, Frame, Pixels, Request
from drivers.simulated.drawn.fingerprint import draw_fingerprint
from tests.unit.attendance.box import ScriptedFrames, ScriptedPad, Streaming
from tests.unit.attendance.makers import DEVICE

TIMED_OUT = DeviceError("on purpose", code="capture-timeout")


def of_all(pixels: Pixels, resolution_ppi: int = 500) -> Frame:
    return Frame(pixels, 0, 0, resolution_ppi, simulated=True)


def cut_out(position: str, *, lossy: bool = False) -> Frame:
    return Frame(draw_fingerprint(1, position, 0), 0, 0, 500, simulated=True, position=position, lossy=lossy)


def live(pixels: Pixels | None = None) -> Frame:
    """A picture to look at; of all fingers its scale is known, of something else not."""
    if pixels is not None:
        return Frame(pixels, 0, 0, 500, simulated=True, preview=True)
    return Frame(np.full((300, 320), 200, np.uint8), 0, 0, None, simulated=True, preview=True)


class SlapScanner:
    """`placements`: the frames of each; an error among them is raised. Where they are used up nobody comes.

    `streaming`: in place of them all."""

    def __init__(self, *placements: Sequence[Frame | DeviceError], slap: bool = True) -> None:
        self.placements = list(placements)
        self.asked: list[FingerprintRequest] = []
        self.streaming: Streaming | None = None
        self._slap = slap

    def device(self, _contract: Contract) -> SlapScanner:
        return self

    def pad(self) -> ScriptedPad | None:
        return None

    def facts(self) -> DeviceFacts:
        return DEVICE

    def quality_thresholds(self) -> dict[str, int]:
        return {}

    def capabilities(self) -> frozenset[str]:
        return frozenset({"slap"}) if self._slap else frozenset({"single-finger"})

    @asynccontextmanager
    async def frames(self, request: Request) -> AsyncIterator[ScriptedFrames]:
        assert isinstance(request, FingerprintRequest)
        self.asked.append(request)
        if self.streaming is not None:
            yield self.streaming
            return
        steps = self.placements.pop(0) if self.placements else [TIMED_OUT]
        frames = [step for step in steps if isinstance(step, Frame)]
        error = next((step for step in steps if isinstance(step, DeviceError)), None)
        if error is not None and not frames:
            raise error
        yield ScriptedFrames(*frames, then=error)
