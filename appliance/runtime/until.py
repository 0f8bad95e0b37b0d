"""Taking what comes until somebody has had enough, also while nothing comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TypeVar

T = TypeVar("T")


async def until(enough: asyncio.Event, coming_in: AsyncIterator[T]) -> AsyncIterator[T]:
    """Ends when `coming_in` does, or once `enough` is set; what is awaited then is given up."""
    waiting = asyncio.ensure_future(enough.wait())
    try:
        while not enough.is_set():
            coming = asyncio.ensure_future(_next(coming_in))
            try:
                await asyncio.wait({coming, waiting}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not coming.done():
                    coming.cancel()
                    await asyncio.gather(coming, return_exceptions=True)
            if coming.cancelled():
                return
            came = coming.result()
            if came is None:
                return
            yield came
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def _next(coming_in: AsyncIterator[T]) -> T | None:
    return await anext(coming_in, None)
