"""A `Stop` that looks whether something holds, for what has no event of its own: a client that hung up, a turn lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

STEP_S: Final = 0.1
"""How often it is looked."""


class Until:
    """`holds` is asked from whichever thread waits, and must answer at once."""

    def __init__(self, holds: Callable[[], bool]) -> None:
        self.is_set = holds

    def wait(self, timeout: float | None = None) -> bool:
        deadline_s = None if timeout is None else time.monotonic() + timeout
        while not self.is_set():
            left_s = STEP_S if deadline_s is None else min(STEP_S, deadline_s - time.monotonic())
            if left_s <= 0:
                return False
            time.sleep(left_s)
        return True
