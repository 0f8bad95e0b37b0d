"""The newest picture of a running capture, for the page: small, in memory only, gone when the capture ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from appliance.attendance.colour_showing import Light
from appliance.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class PreviewFrame:
    """`instruction`: the code of what the person is to be told with it, empty for nothing. `light`: the colour that the
    screen is to show them meanwhile."""

    jpeg: bytes
    verdict: Verdict
    instruction: str = ""
    light: Light | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """An instruction's code, and what is being captured, both empty for nothing; and the colour to be shown with it."""

    kind: str
    code: str
    light: Light | None = None


NOTHING: Final = Said("", "")


class Preview:
    """One slot that is overwritten: a slow watcher misses pictures, never delays the capture."""

    def __init__(self) -> None:
        self._frame: PreviewFrame | None = None
        self._sequence = 0
        self._endings = 0
        self._news = asyncio.Condition()

    @property
    def latest(self) -> PreviewFrame | None:
        return self._frame

    @property
    def number(self) -> int:
        """Of the capture that is watched, or is to come: another for each."""
        return self._endings

    async def show(self, frame: PreviewFrame | None) -> None:
        """None ends the preview: the last picture of an applicant does not stay behind."""
        async with self._news:
            self._frame = frame
            self._sequence += 1
            self._endings += frame is None
            self._news.notify_all()

    async def frames(self) -> AsyncIterator[PreviewFrame]:
        """Every picture of one capture, the running or the next, that the watcher is quick enough for.

        Ends with the capture: a watcher that was too slow to see that never goes on with the next person's.
        """
        endings = self._endings
        seen = self._sequence if self._frame is None else self._sequence - 1
        while True:
            async with self._news:
                await self._news.wait_for(lambda: self._sequence != seen)  # noqa: B023 - evaluated while we wait
                seen, frame = self._sequence, self._frame
            if frame is None or self._endings != endings:
                return
            yield frame

    async def instruction_after(self, said: Said) -> Said:
        """What the person is to be told now, as soon as it is not `said` any more; `NOTHING` while no capture runs."""
        async with self._news:
            await self._news.wait_for(lambda: self._instruction != said)
            return self._instruction

    @property
    def _instruction(self) -> Said:
        frame = self._frame
        if frame is None or not frame.instruction:
            return NOTHING
        return Said(frame.verdict.kind, frame.instruction, frame.light)
