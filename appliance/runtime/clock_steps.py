"""Whether the wall clock went its even way: a step of days makes everything look old that was begun a minute ago.

The monotonic clock tells a step from the passing of time. After one, the wall clock is believed again once AIMA has
vouched for it anew (its short-lived signature on the configuration was in force), or once it has been put back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from appliance.runtime.clock import Clock
from appliance.runtime.time_floor import TOLERANCE

log = structlog.get_logger(__name__)


class ClockSteps:
    """`vouched` answers the last moment that AIMA vouched for, None before the first (`time_floor.keep` as well)."""

    def __init__(self, clock: Clock, vouched: Callable[[], datetime | None]) -> None:
        self._clock = clock
        self._vouched = vouched
        self._believed = self._offset()
        self._stepped: tuple[datetime, datetime | None] | None = None
        """The offset that a step was noticed at, and what had been vouched for by then."""

    def steady(self) -> bool:
        """Whether the wall clock may be believed about how much time has passed. Quick; asks both clocks."""
        offset, vouched = self._offset(), self._vouched()
        if abs(offset - self._believed) <= TOLERANCE:
            self._stepped = None
            return True
        if self._stepped is None or abs(offset - self._stepped[0]) > TOLERANCE:
            self._stepped = (offset, vouched)
            log.warning("clock-stepped", duration_s=round((offset - self._believed).total_seconds()))
            return False
        if vouched in (None, self._stepped[1]):
            return False
        self._believed, self._stepped = offset, None
        return True

    def _offset(self) -> datetime:
        """When the monotonic clock would have begun, by the wall clock of now."""
        return self._clock.now() - timedelta(seconds=self._clock.monotonic())
