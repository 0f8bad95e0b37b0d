"""A signature written on a pad of its own, until the pad or the technician says that it is done.

Decides nothing about who signs and stores nothing (that is `service`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Final, Protocol

from appliance.attendance.looking import Wish, until
from appliance.errors import DeviceError, UsageError
from appliance.model.capture import DeviceFacts
from drivers.contracts import PadSize, PenPoint, SignatureRequest
from drivers.contracts.pad import MOST_POINTS
from drivers.errors import CaptureCancelled, CaptureTimedOut

LONGEST_S: Final = 300.0
LONGEST_POINTS: Final = 50_000
"""A hundred seconds of the quickest pad."""


class Ink(Protocol):
    """What is written, point by point; ends where the pad has a key for it."""

    size: PadSize

    def at_hand(self) -> list[PenPoint]:
        """What was written and was not taken yet."""
        ...

    def __aiter__(self) -> AsyncIterator[PenPoint]: ...

    async def __anext__(self) -> PenPoint: ...


class Pad(Protocol):
    """What a signature needs of `devices.ink.HostedPad`."""

    def pen(self, request: SignatureRequest) -> AbstractAsyncContextManager[Ink]: ...

    def facts(self) -> DeviceFacts: ...


async def written(pad: Pad, request: SignatureRequest, wish: Wish) -> tuple[list[PenPoint], PadSize]:
    """The points, and the pad's size: what they are worth is `SignatureRecord`'s to say.

    Raises DeviceError for whatever goes wrong with the pad, also that nobody began to write or came to an end;
    UsageError `signature-too-long` as soon as more was written than any record holds.
    """
    counted = _Counted()
    try:
        async with asyncio.timeout(LONGEST_S), pad.pen(request) as ink:
            async with aclosing(until(wish, ink)) as coming:
                async for point, _ in coming:
                    counted.add(point)
            # The technician ends it when the pen has left the pad: what it wrote may be on its way still.
            for point in ink.at_hand():
                counted.add(point)
    except TimeoutError:
        sentence = "The signature was not finished in time: clear the pad and sign again."
        raise DeviceError(sentence, code=CaptureTimedOut.code) from None
    if wish.leave.is_set():
        raise DeviceError(CaptureCancelled.default_sentence, code=CaptureCancelled.code)
    return counted.points, ink.size


class _Counted:
    """Points as they come, no more than a record holds: a pad may go on for ever."""

    def __init__(self) -> None:
        self.points: list[PenPoint] = []
        self._in_stroke = 0

    def add(self, point: PenPoint) -> None:
        follows = bool(self.points) and self.points[-1].stroke == point.stroke
        self._in_stroke = self._in_stroke + 1 if follows else 1
        self.points.append(point)
        if self._in_stroke > MOST_POINTS or len(self.points) > LONGEST_POINTS:
            raise UsageError("The signature is too long: clear the pad and sign again.", code="signature-too-long")
