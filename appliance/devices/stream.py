"""The frames of one capture, as they come from a driver's host, taken one at a time.

Responsible for lending each frame without a copy and for giving it back.
"""

from __future__ import annotations

from contextlib import suppress

from appliance.devices.capture_events import CaptureEvents
from drivers.contracts import Frame
from drivers.errors import DeviceProtocolError, DriverError
from drivers.messages import FrameReady, Release


class FrameStream:
    """An asynchronous iterator of `Frame`s. Their pixels are read-only, and valid until the next one is asked for.

    Raises only DeviceError, with the driver's code and sentence.
    """

    def __init__(self, events: CaptureEvents, patience_s: float) -> None:
        self._events = events
        self._patience_s = patience_s
        self._lent: int | None = None

    def __aiter__(self) -> FrameStream:
        return self

    async def __anext__(self) -> Frame:
        if not self._events.over:
            self._give_back()
        event = await self._events.next(self._patience_s)
        if event is None:
            raise StopAsyncIteration
        if not isinstance(event, FrameReady):
            raise self._events.give_up(DeviceProtocolError("A driver's host sends what nobody asked for."))
        return self._frame(event)

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
        )

    def _give_back(self) -> None:
        if self._lent is not None:
            slot, self._lent = self._lent, None
            with suppress(DriverError):  # a lost host's reason is among the events
                self._events.send(Release(capture=self._events.capture, slot=slot))
