"""A pen on a signature pad, as the daemon follows it.

    async with pen(device, SignatureRequest()) as ink:
        async for point in ink: …
    record = SignatureRecord.from_points(points, ink.size)

Raises only DeviceError, with the driver's code and sentence. What is written is personal: nothing here keeps it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from appliance.devices.capture_events import CaptureEvents, Taken
from appliance.devices.hosted_device import HostedDevice
from appliance.model.capture import DeviceFacts
from drivers.contracts import PadSize, PenPoint, SignatureRequest
from drivers.errors import DeviceProtocolError
from drivers.messages import Ink


@asynccontextmanager
async def pen(device: HostedDevice, request: SignatureRequest) -> AsyncIterator[PenInk]:
    """A cleared pad, until the block is left."""
    async with device.capture(request) as events:
        patience_s = request.timeout_s + device.deadlines.frame_grace_s
        ready = await events.next(patience_s)
        if not isinstance(ready, Ink):
            raise events.give_up(DeviceProtocolError("A driver's host sends what nobody asked for."))
        yield PenInk(events, ready, patience_s)


class HostedPad:
    """A post's pad, as the attendance asks for it."""

    def __init__(self, device: HostedDevice) -> None:
        self._device = device

    def pen(self, request: SignatureRequest) -> AbstractAsyncContextManager[PenInk]:
        return pen(self._device, request)

    def facts(self) -> DeviceFacts:
        return self._device.facts()


class PenInk:
    """An asynchronous iterator of `PenPoint`s; ends where the pad has a key to end a signature with."""

    def __init__(self, events: CaptureEvents, ready: Ink, patience_s: float) -> None:
        self.size: PadSize = ready.size
        self._events = events
        self._points = deque(ready.points)
        # A pen may rest for as long as it likes, once it has begun.
        self._patience_s: float | None = patience_s

    def __aiter__(self) -> PenInk:
        return self

    async def __anext__(self) -> PenPoint:
        while not self._points:
            event = await self._events.next(self._patience_s)
            if event is None:
                raise StopAsyncIteration
            self._add(event)
        self._patience_s = None
        return self._points.popleft()

    def at_hand(self) -> list[PenPoint]:
        """What was written and has come already, and was not taken yet."""
        while (event := self._events.at_hand()) is not None:
            self._add(event)
        points = list(self._points)
        self._points.clear()
        return points

    def _add(self, event: Taken) -> None:
        if not isinstance(event, Ink) or event.size != self.size:
            raise self._events.give_up(DeviceProtocolError("A driver's host sends what nobody asked for."))
        self._points.extend(event.points)
