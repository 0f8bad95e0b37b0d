"""What a driver's host says of one capture, in the order in which it came, up to the capture's end.

Responsible for ending in time, by force if need be, and for what a host must not send. What is captured is for those
who take it: frames (`stream`), a chip's session (`chip`), a pen's points (`ink`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from appliance.errors import DeviceError
from drivers.errors import DeviceProtocolError, DriverError, HostUnresponsive, error_from_code
from drivers.messages import CardSeen, Command, Done, Failed, FrameReady, Ink, Response, Stop
from drivers.shared_frames import SharedViews

Taken = FrameReady | CardSeen | Response | Ink
"""Events that a capture consists of."""
Ending = Done | Failed

_UNASKED_FRAMES = 4
"""A host holds the next frame back until the last is released; more than this at once is a host gone wrong."""
_UNTAKEN_EVENTS = 2000
"""A pen writes some 500 points a second; nobody looks away for longer than a second or two."""


class CaptureEvents:
    """Made by the link. Taking from it raises only DeviceError, with the driver's code and sentence."""

    def __init__(
        self,
        capture: int,
        *,
        send: Callable[[Command], None],
        fail: Callable[[DriverError], DriverError],
        views: SharedViews,
        stop_s: float,
    ) -> None:
        self.capture = capture
        self.send = send
        self.views = views
        self.over = False
        self.frames = 0
        self.dropped = 0
        self.ended_by: DriverError | None = None
        self._fail = fail
        self._stop_s = stop_s
        self._events: asyncio.Queue[Taken | Ending | DriverError] = asyncio.Queue()

    def put(self, event: Taken | Ending) -> None:
        """An event of this capture, from the link."""
        most = _UNASKED_FRAMES if isinstance(event, FrameReady) else _UNTAKEN_EVENTS
        if self._events.qsize() >= most:
            self._fail(DeviceProtocolError("A driver's host sends what nobody asked for."))
            return
        self._events.put_nowait(event)

    def lose(self, reason: DriverError) -> None:
        """The host is gone."""
        self._events.put_nowait(reason)

    async def next(self, patience_s: float | None) -> Taken | None:
        """The next event, None at the end; a host that says nothing for `patience_s` is killed."""
        if self.over:
            return None
        event: Taken | Ending | DriverError
        try:
            async with asyncio.timeout(patience_s):
                event = await self._events.get()
        except TimeoutError:
            event = self._fail(HostUnresponsive())
        if isinstance(event, Taken):
            return event
        error = self._end(event)
        if error is None:
            return None
        raise DeviceError(error.sentence, code=error.code) from error

    def at_hand(self) -> Taken | None:
        """The next event, if it has come already; an end is noted, and not raised."""
        if self.over or self._events.empty():
            return None
        event = self._events.get_nowait()
        if isinstance(event, Taken):
            return event
        self._end(event)
        return None

    def give_up(self, error: DriverError) -> DeviceError:
        """End the capture and its host for this reason; the error to raise."""
        reason = self._fail(error)
        self._end(reason)
        return DeviceError(reason.sentence, code=reason.code)

    async def stop(self) -> None:
        """End the capture within `stop_s`, by force if need be, and wipe what its frames left in memory."""
        try:
            if not self.over:
                self.send(Stop(capture=self.capture))
                async with asyncio.timeout(self._stop_s):
                    while not self.over:
                        event = await self._events.get()
                        if not isinstance(event, Taken):
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
            self.views.wipe()

    def _end(self, event: Ending | DriverError) -> DriverError | None:
        self.over = True
        if isinstance(event, Done):
            self.dropped = event.dropped
            return None
        self.ended_by = event if isinstance(event, DriverError) else error_from_code(event.code, event.sentence)
        return self.ended_by
