"""When each package that could not be sent is tried again. Pure but for what it remembers; the time is passed in."""

from __future__ import annotations

FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 300.0


def backoff_s(failures: int, chance: float) -> float:
    """Exponential with full jitter; `chance` is in [0, 1)."""
    return FIRST_DELAY_S + chance * min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(failures, 20))


class Pace:
    """By package id: how often it failed in a row, how far it came, and the moment (monotonic) when it is due again."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._offsets: dict[str, int] = {}

    def failures(self, package_id: str) -> int:
        return self._failures.get(package_id, 0)

    def due(self, package_id: str) -> float:
        return self._due.get(package_id, 0.0)

    def failed(self, package_id: str, now: float, chance: float) -> float:
        """One failure more; how many seconds until the next try."""
        self._failures[package_id] = self.failures(package_id) + 1
        delay_s = backoff_s(self._failures[package_id], chance)
        self._due[package_id] = now + delay_s
        return delay_s

    def reached(self, package_id: str, offset: int) -> None:
        """AIMA has so many bytes of it. More than before is no failure, however the try ended that brought them."""
        if offset > self._offsets.get(package_id, 0):
            self._failures.pop(package_id, None)
        self._offsets[package_id] = offset

    def done(self, package_id: str) -> None:
        self._due.pop(package_id, None)
        self._offsets.pop(package_id, None)
        self._failures.pop(package_id, None)
