"""Slowing down log-in attempts, per account and overall. The delay is bounded, so nobody can be locked out by another.

Accounts are told apart by a keyed hash into a fixed number of slots: memory stays bounded, and a name that does not
exist is slowed exactly like one that does.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from appliance.errors import AccessDenied
from appliance.runtime.clock import Clock

_SLOTS = 1024


@dataclass(frozen=True, kw_only=True)
class ThrottleRule:
    """`free` failures cost nothing; each further one doubles the wait from `first_s` up to `longest_s`.

    After `forgotten_after_s` without a failure the count starts again.
    """

    free: int
    first_s: float
    longest_s: float
    forgotten_after_s: float

    def delay_s(self, failures: int) -> float:
        if failures <= self.free:
            return 0.0
        return min(self.longest_s, self.first_s * 2.0 ** min(failures - self.free - 1, 32))


PER_ACCOUNT = ThrottleRule(free=3, first_s=1.0, longest_s=30.0, forgotten_after_s=900.0)
OVERALL = ThrottleRule(free=30, first_s=0.5, longest_s=5.0, forgotten_after_s=300.0)


@dataclass
class _Count:
    failures: int = 0
    last: float = 0.0
    not_before: float = 0.0

    def rest_s(self, now: float) -> float:
        return max(0.0, self.not_before - now)

    def fail(self, now: float, rule: ThrottleRule) -> None:
        if now - self.last > rule.forgotten_after_s:
            self.failures = 0
        self.failures += 1
        self.last = now
        self.not_before = now + rule.delay_s(self.failures)


class Throttle:
    def __init__(
        self, clock: Clock, *, per_account: ThrottleRule = PER_ACCOUNT, overall: ThrottleRule = OVERALL
    ) -> None:
        self._clock = clock
        self._per_account = per_account
        self._overall = overall
        self._key = secrets.token_bytes(16)
        self._slots: dict[int, _Count] = {}
        self._all = _Count()

    def begin(self, account: str) -> None:
        """Call before a password is checked. Raises AccessDenied `log-in-throttled` while one has to wait.

        The attempt counts as failed until `succeeded` is called, so attempts sent side by side gain nothing; one that
        is turned away here does not prolong the wait.
        """
        now = self._clock.monotonic()
        count = self._slots.setdefault(self._slot(account), _Count())
        rest_s = max(count.rest_s(now), self._all.rest_s(now))
        if rest_s > 0:
            raise AccessDenied(f"Too many attempts: try again in {rest_s:.0f} s.", code="log-in-throttled")
        count.fail(now, self._per_account)
        self._all.fail(now, self._overall)

    def succeeded(self, account: str) -> None:
        self._slots.pop(self._slot(account), None)
        self._all.failures = max(0, self._all.failures - 1)
        self._all.not_before = 0.0

    def _slot(self, account: str) -> int:
        digest = hashlib.blake2b(account.encode("utf-8", "replace"), key=self._key, digest_size=8).digest()
        return int.from_bytes(digest) % _SLOTS
