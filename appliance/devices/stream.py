"""The frames of one capture, as they come from a driver's host, taken one at a time.

Responsible for lending each frame without a copy, giving it back, and ending the capture in time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from appliance.errors import DeviceError
from drivers.contracts import Frame
from drivers.errors import DeviceProtocolError, DriverError, HostUnresponsive, error_from_code
from drivers.messages import Command, Done, Failed, FrameReady, Release, Stop
from drivers.shared_frames import SharedViews

_UNASKED_FRAMES = 4
"""A host holds the next frame back until the last is released; more than this at once is a host gone wrong."""


class FrameStream:
    """An asynchronous iterator of `Frame`s. Their pixels are read-only, and valid until the next one is asked for.

    Raises only DeviceError, with the driver's code and sentence.
    """

    def __init__(
        self,
        capture: int,
        *,
        send: Callable[[Command], None],
        fail: Callable[[DriverError], DriverError],
        views: SharedViews,
        patience_s: float,
        stop_s: float,
    ) -> None:
        self.capture = capture
        self.frames = 0
        self.dropped = 0
        self.ended_by: DriverError | None = None
        self._send = send
        self._fail = fail
        self._views = views
        self._patience_s = patience_s
        self._stop_s = stop_s
        self._events: asyncio.Queue[FrameReady | Done | Failed | DriverError] = asyncio.Queue()
        self._lent: int | None = None
        self._over = False

    def put(self, event: FrameReady | Done | Failed) -> None:
        """An event of this capture, from the link."""
        if self._events.qsize() >= _UNASKED_FRAMES:
            self._fail(DeviceProtocolError("A driver's host sends frames that nobody asked for."))
            return
        self._events.put_nowait(event)

    def lose(self, reason: DriverError) -> None:
        """The host is gone."""
        self._events.put_nowait(reason)

    def __aiter__(self) -> FrameStream:
        return self

    async def __anext__(self) -> Frame:
        if self._over:
            raise StopAsyncIteration
        self._give_back()
        try:
            async with asyncio.timeout(self._patience_s):
                event = await self._events.get()
        except TimeoutError:
            event = self._fail(HostUnresponsive())
        if isinstance(event, FrameReady):
            return self._frame(event)
        error = self._end(event)
        if error is None:
            raise StopAsyncIteration
        raise DeviceError(error.sentence, code=error.code) from error

    async def stop(self) -> None:
        """End the capture within `stop_s`, by force if need be, and wipe what its frames left in memory."""
        try:
            if not self._over:
                self._send(Stop(capture=self.capture))
                async with asyncio.timeout(self._stop_s):
                    while not self._over:
                        event = await self._events.get()
                        if not isinstance(event, FrameReady):
                            self._end(event)
        except TimeoutError:
            self._end(self._fail(HostUnresponsive()))
        except asyncio.CancelledError:
            # Whoever left in a hurry cannot wait for the driver: better no host than one that goes on capturing.
            self._end(self._fail(HostUnresponsive()))
            raise
        except DriverError as error:
            self._end(error)
        finally:
            self._views.wipe()

    def _frame(self, event: FrameReady) -> Frame:
        try:
            pixels = self._views.view(event.slot, event.height, event.width, event.channels)
        except DriverError as error:
            reason = self._fail(error)
            self._end(reason)
            raise DeviceError(reason.sentence, code=reason.code) from error
        self._lent = event.slot
        self.frames += 1
        self.dropped = event.dropped
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
                self._send(Release(capture=self.capture, slot=slot))

    def _end(self, event: Done | Failed | DriverError) -> DriverError | None:
        self._over = True
        if isinstance(event, Done):
            self.dropped = event.dropped
            return None
        self.ended_by = event if isinstance(event, DriverError) else error_from_code(event.code, event.sentence)
        return self.ended_by
