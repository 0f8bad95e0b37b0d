"""A signature written on a pad of its own, until the pad or the technician says that it is done.

Decides nothing about who signs and stores nothing (that is `service`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Protocol

from appliance.attendance.looking import Wish, until
from appliance.errors import DeviceError
from appliance.model.capture import DeviceFacts
from appliance.model.signature import SignatureRecord
from drivers.contracts import PadSize, PenPoint, SignatureRequest
from drivers.errors import CaptureCancelled


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


async def written(pad: Pad, request: SignatureRequest, wish: Wish) -> SignatureRecord:
    """Raises DeviceError for whatever goes wrong with the pad, also that nobody began to write; UsageError
    `signature-invalid` for what is none."""
    async with pad.pen(request) as ink:
        async with aclosing(until(wish, ink)) as coming:
            points = [point async for point, _ in coming]
        # The technician ends it when the pen has left the pad: what it wrote may be on its way still.
        points += ink.at_hand()
    if wish.leave.is_set():
        raise DeviceError(CaptureCancelled.default_sentence, code=CaptureCancelled.code)
    return SignatureRecord.from_points(points, ink.size)
