"""The frames of one capture, as they come from a driver's host, taken one at a time.

Responsible for lending each frame without a copy and for giving it back, for a still that is asked for being no
older than the asking, and for previews that lead up to a frame not going on without it.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from appliance.devices.capture_events import CaptureEvents
from appliance.errors import DeviceError
from drivers.contracts import Frame
from drivers.errors import CaptureTimedOut, DeviceProtocolError, DriverError
from drivers.messages import FrameReady, Release, Still


class FrameStream:
    """An asynchronous iterator of `Frame`s. Their pixels are read-only, and valid until the next one is asked for.

    Raises only DeviceError, with the driver's code and sentence.
    """

    def __init__(self, events: CaptureEvents, patience_s: float, *, kept_within_s: float | None = None) -> None:
        """`patience_s`: how long a host may be silent. `kept_within_s`: how long previews alone may come, None for
        as long as they are looked at; then it is as if nobody had come, which the driver should have said itself.
        """
        self._events = events
        self._patience_s = patience_s
        self._kept_until_s = None if kept_within_s is None else asyncio.get_running_loop().time() + kept_within_s
        self._lent: int | None = None
        self._asked_ns = 0

    def __aiter__(self) -> FrameStream:
        return self

    def ask_still(self) -> None:
        """Where the request asked for previews: a frame of the camera's full size comes among the next ones.

        It is captured after this call; one that was on its way already is passed over.
        """
        self._asked_ns = time.monotonic_ns()
        with suppress(DriverError):  # a lost host's reason is among the events
            self._events.send(Still(capture=self._events.capture))

    async def __anext__(self) -> Frame:
        while True:
            if not self._events.over:
                self._give_back()
            if self._kept_until_s is not None and asyncio.get_running_loop().time() >= self._kept_until_s:
                raise DeviceError(CaptureTimedOut.default_sentence, code=CaptureTimedOut.code)
            event = await self._events.next(self._patience_s)
            if event is None:
                raise StopAsyncIteration
            if not isinstance(event, FrameReady):
                raise self._events.give_up(DeviceProtocolError("A driver's host sends what nobody asked for."))
            frame = self._frame(event)
            if not frame.preview:
                self._kept_until_s = None
            if frame.preview or frame.captured_monotonic_ns >= self._asked_ns:
                return frame

    def _frame(self, event: FrameReady) -> Frame:
        try:
            pixels = self._events.views.view(event.slot, event.height, event.width, event.channels)
        except DriverError as error:
            raise self._events.give_up(error) from error
        self._lent = event.slot
        self._events.frames += 1
        self._events.dropped = event.dropped
        return Frame(
            pixels=pixels,
            sequence=event.sequence,
            captured_monotonic_ns=event.captured_monotonic_ns,
            resolution_ppi=event.resolution_ppi,
            simulated=event.simulated,
            position=event.position,
            preview=event.preview,
            reduced_by=event.reduced_by,
            lossy=event.lossy,
        )

    def _give_back(self) -> None:
        if self._lent is not None:
            slot, self._lent = self._lent, None
            with suppress(DriverError):  # a lost host's reason is among the events
                self._events.send(Release(capture=self._events.capture, slot=slot))
