"""A simulated camera before a simulated person, on a clock that goes by what looking costs and not by the wall.

Frames come on the simulated camera's beat. What was missed while a frame was being judged is gone; a still is the next
frame at full size. The clock is set forward to each frame's moment, and on by the CPU time that the box's own code
takes from there: rendering the person costs nothing, and whatever else the machine does neither.
"""

from __future__ import annotations

import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from appliance.attendance.preview import Preview, PreviewFrame
from appliance.model.capture import DeviceFacts
from drivers.contracts import CameraRequest, Frame, Pixels, PrivatePool, Request
from drivers.previews import reduced
from drivers.simulated.camera import FRAMES_PER_S

TRANSFER_S: Final = 0.03
"""From a frame's moment until the box has it."""
SCREEN_S: Final = 0.10
"""From an instruction until it stands on the screen."""
NS_PER_S: Final = 1_000_000_000


class CostClock:
    """`slower`: how many times longer the box takes than this machine. An `appliance.runtime.clock.Clock`."""

    def __init__(self, slower: float = 1.0) -> None:
        self._slower = slower
        self._at_s = 0.0
        self._mark_s = time.process_time()

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return self._at_s + self._slower * (time.process_time() - self._mark_s)

    def set_to(self, moment_s: float) -> None:
        """The cost counts from here on."""
        self._at_s, self._mark_s = moment_s, time.process_time()


class SeatedCamera:
    """What a capture needs of a device. `seen`: what is before it at a moment, (H, W, 3)."""

    def __init__(self, seen: Callable[[float], Pixels], clock: CostClock) -> None:
        self._seen = seen
        self._clock = clock
        self.dropped = 0

    @asynccontextmanager
    async def frames(self, request: Request) -> AsyncGenerator[SeatedFrames, None]:
        assert isinstance(request, CameraRequest)
        frames = SeatedFrames(self._seen, self._clock, request.preview_width)
        yield frames
        self.dropped = frames.dropped

    def facts(self) -> DeviceFacts:
        raise NotImplementedError("a capture alone asks nothing of the kind")

    def quality_thresholds(self) -> Mapping[str, int]:
        return {}

    def capabilities(self) -> Collection[str]:
        return ("preview",)


class SeatedFrames:
    def __init__(self, seen: Callable[[float], Pixels], clock: CostClock, preview_width: int) -> None:
        self._seen = seen
        self._clock = clock
        self._preview_width = preview_width
        self._beat = -1
        self._asked_s: float | None = None
        self.dropped = 0

    def __aiter__(self) -> AsyncIterator[Frame]:
        return self

    def ask_still(self) -> None:
        self._asked_s = self._clock.monotonic()

    async def __anext__(self) -> Frame:
        beat = max(self._beat + 1, math.ceil(self._clock.monotonic() * FRAMES_PER_S))
        self.dropped += beat - self._beat - 1
        self._beat, moment_s = beat, beat / FRAMES_PER_S
        view = self._seen(moment_s)
        preview = self._asked_s is None or moment_s < self._asked_s
        pixels, reduced_by = reduced(view, self._preview_width, PrivatePool()) if preview else (view, 1.0)
        if not preview:
            self._asked_s = None
        self._clock.set_to(moment_s + TRANSFER_S)
        return Frame(pixels, beat, round(moment_s * NS_PER_S), simulated=True, preview=preview, reduced_by=reduced_by)


class SeenPreview(Preview):
    """Tells the person what stands on the screen."""

    def __init__(self, hear: Callable[[str, float], None], clock: CostClock) -> None:
        super().__init__()
        self._hear = hear
        self._clock = clock

    async def show(self, frame: PreviewFrame | None) -> None:
        if frame is not None:
            self._hear(frame.instruction, self._clock.monotonic() + SCREEN_S)
        await super().show(frame)
