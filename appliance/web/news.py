"""That something changed, not what: open pages ask again. One counter, any number of watchers."""

from __future__ import annotations

import asyncio


class News:
    def __init__(self) -> None:
        self.number = 0
        self._event = asyncio.Event()

    def publish(self) -> None:
        """Called on the event loop after any change."""
        self.number += 1
        self._event.set()
        self._event = asyncio.Event()

    async def after(self, number: int) -> int:
        """The newest number, as soon as it is not `number` any more."""
        while self.number == number:
            await self._event.wait()
        return self.number
