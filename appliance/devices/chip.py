"""A chip on a reader, as the daemon talks with it: a session with one card, or the coming and going of all.

    async with chip_session(device, ChipRequest()) as card:
        response = await card.transmit(command)

Raises only DeviceError, with the driver's code and sentence: `card-removed` when the card goes away, at any moment.
What is said to a chip and what it answers is personal: nothing here shows or keeps it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from appliance.devices.capture_events import CaptureEvents
from appliance.devices.hosted_device import HostedDevice
from appliance.errors import DeviceError
from drivers.contracts import CardEvent, ChipRequest
from drivers.contracts.apdu import COMMAND_LIMIT_BYTES
from drivers.errors import CaptureCancelled, DeviceProtocolError, DriverError, RequestUnsupported
from drivers.messages import CardSeen, Response, Transmit


@asynccontextmanager
async def chip_session(device: HostedDevice, request: ChipRequest) -> AsyncIterator[ChipSession]:
    """With the card that lies there, or the first that comes within the request's `timeout_s`."""
    async with device.capture(request) as events:
        seen = await events.next(request.timeout_s + device.deadlines.frame_grace_s)
        if not isinstance(seen, CardSeen):
            raise _out_of_turn(events)
        yield ChipSession(events, seen.atr, device.deadlines.transmit_s)


@asynccontextmanager
async def card_events(device: HostedDevice) -> AsyncIterator[AsyncIterator[CardEvent]]:
    """Cards as they come and go, first the one that lies there already, until the block is left."""
    async with device.capture(ChipRequest(watch=True)) as events:
        yield _seen(events)


class ChipSession:
    """One command at a time. After an error every call raises it again."""

    def __init__(self, events: CaptureEvents, atr: bytes, patience_s: float) -> None:
        self.atr = atr
        self._events = events
        self._patience_s = patience_s
        self._number = 0
        self._ended: DeviceError | None = None

    async def transmit(self, command: bytes) -> bytes:
        """The response to a command APDU, status word included."""
        if len(command) > COMMAND_LIMIT_BYTES:
            raise DeviceError("What was to be sent to the chip is no command.", code=RequestUnsupported.code)
        self._number += 1
        with suppress(DriverError):  # a lost host's reason is among the events
            self._events.send(Transmit(capture=self._events.capture, number=self._number, command=command))
        while (response := await self._response(self._patience_s)).number < self._number:
            pass  # to a command whose asker did not wait for it
        return response.response

    async def wait_removed(self) -> None:
        """Until the card goes away; raises what ended the session, `card-removed` for that."""
        while True:
            await self._response(None)

    async def _response(self, patience_s: float | None) -> Response:
        if self._ended is not None:
            raise self._ended
        try:
            event = await self._events.next(patience_s)
        except DeviceError as error:
            self._ended = error
            raise
        if event is None:
            self._ended = DeviceError(CaptureCancelled.default_sentence, code=CaptureCancelled.code)
            raise self._ended
        if not isinstance(event, Response) or event.number > self._number:
            self._ended = _out_of_turn(self._events)
            raise self._ended
        return event


async def _seen(events: CaptureEvents) -> AsyncIterator[CardEvent]:
    while (event := await events.next(None)) is not None:
        if not isinstance(event, CardSeen):
            raise _out_of_turn(events)
        yield CardEvent(present=event.present, atr=event.atr)


def _out_of_turn(events: CaptureEvents) -> DeviceError:
    return events.give_up(DeviceProtocolError("A driver's host sends what nobody asked for."))
