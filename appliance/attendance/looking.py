"""What a device gives for one attempt as it comes, until somebody has had enough; and the wish for the picture of now.

Not responsible for what a frame is worth (`choosing`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any, Protocol, TypeVar

from drivers.contracts import Frame

T = TypeVar("T")


class Frames(Protocol):
    """What is needed of `devices.stream`."""

    def __aiter__(self) -> AsyncIterator[Frame]: ...

    async def __anext__(self) -> Frame: ...

    def ask_still(self) -> None:
        """A full frame comes, no older than this call."""
        ...


class Wish:
    """What is wished of the running capture: that it takes its picture now, or that it is left without one."""

    def __init__(self) -> None:
        self.take = asyncio.Event()
        self.leave = asyncio.Event()

    def clear(self) -> None:
        self.take.clear()
        self.leave.clear()


async def until(
    wish: Wish,
    coming_in: AsyncIterator[T],
    ask_still: Callable[[], None] | None = None,
    left_s: Callable[[], float | None] = lambda: None,
) -> AsyncGenerator[tuple[T, bool], None]:
    """What comes, each with whether it comes in answer to the wish; ends by the wish also while nothing comes.

    `left_s`: how long is still waited for the next, asked whenever something happened; None for as long as it takes.

    Where the device takes stills of a stream of previews, one is asked for and still comes; elsewhere to take now is
    to look no further. To leave ends it at once. Whoever stops looking before the end closes it (`aclosing`).
    """
    wishes = [asyncio.create_task(_set(event)) for event in (wish.take, wish.leave)]
    coming: asyncio.Task[T | None] | None = None
    asked = False
    try:
        while not wish.leave.is_set():
            if wish.take.is_set() and not asked:
                if ask_still is None:
                    return
                ask_still()
                asked = True
            if coming is None:
                coming = asyncio.create_task(_next(coming_in))
            waits: list[asyncio.Task[Any]] = [coming, *(waiting for waiting in wishes if not waiting.done())]
            patience_s = left_s()
            done, _ = await asyncio.wait(waits, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
            if not done and patience_s is not None:
                return
            if coming.done():
                came, coming = coming.result(), None
                if came is None:
                    return
                yield came, asked
    finally:
        left: list[asyncio.Task[Any]] = [*wishes, *([] if coming is None else [coming])]
        for waiting in left:
            waiting.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def _set(event: asyncio.Event) -> None:
    await event.wait()


async def _next(coming_in: AsyncIterator[T]) -> T | None:
    return await anext(aiter(coming_in), None)
