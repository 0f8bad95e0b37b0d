"""The newest picture of a running capture, for the page: small, in memory only, gone when the capture ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from appliance.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class PreviewFrame:
    jpeg: bytes
    verdict: Verdict


class Preview:
    """One slot that is overwritten: a slow watcher misses pictures, never delays the capture."""

    def __init__(self) -> None:
        self._frame: PreviewFrame | None = None
        self._sequence = 0
        self._news = asyncio.Condition()

    @property
    def latest(self) -> PreviewFrame | None:
        return self._frame

    async def show(self, frame: PreviewFrame | None) -> None:
        """None ends the preview: the last picture of an applicant does not stay behind."""
        async with self._news:
            self._frame = frame
            self._sequence += 1
            self._news.notify_all()

    async def frames(self) -> AsyncIterator[PreviewFrame]:
        """Every picture that the watcher is quick enough for, until the watcher leaves."""
        seen = 0
        while True:
            async with self._news:
                await self._news.wait_for(lambda: self._sequence != seen)  # noqa: B023 - evaluated while we wait
                seen, frame = self._sequence, self._frame
            if frame is not None:
                yield frame
