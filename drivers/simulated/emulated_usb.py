"""What emulated USB readers have in common: their options, the fault plan's calendar, and the finger on the glass."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from drivers.contracts import Pixels
from drivers.errors import DeviceLost
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.simulated.drawn.plain_print import drawn_print, fitted
from drivers.simulated.options import read_scene


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`images` are shown in turn; without any, a print is drawn. `faults` is when and how the reader misbehaves."""

    images: tuple[str, ...] = ()
    faults: FaultPlan = WELL_BEHAVED


class Glass:
    """What lies on an emulated reader's glass, and what is wrong with the reader by now. One an opening."""

    def __init__(self, options: Options, height: int, width: int) -> None:
        self._plan = options.faults
        self._prints = [fitted(read_scene(Path(path)), height, width) for path in options.images] or [
            drawn_print(height, width)
        ]
        self._opened_s = time.monotonic()
        self._asked = False
        self.shown = 0

    @property
    def due(self) -> FaultPlan:
        """The faults that have begun: a good reader's until a print is asked for."""
        return self._plan if self._asked and self._plan.due(self.shown) else WELL_BEHAVED

    def ask(self) -> None:
        """The reader is told to look for a finger; from now on it may misbehave."""
        self._asked = True

    def answer(self) -> bool:
        """Whether an answer comes at all; late, where the plan says so. Raises DeviceLost once unplugged."""
        plan = self.due
        if plan.unplug or plan.crash:
            raise DeviceLost
        time.sleep(plan.delay_s)
        return not plan.hang

    def has_finger(self) -> bool:
        return time.monotonic() - self._opened_s >= self.due.absent_s

    def show(self) -> Pixels:
        """The next print, dark on light."""
        image = self._prints[self.shown % len(self._prints)]
        self.shown += 1
        return image
