"""Who is logged in. In memory only: a restart asks everybody to log in again.

A session locks when idle (what is under way stays, the password is asked for again) and ends for good at its
absolute limit, at log-out, or when a configuration removes the technician or changes the password.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace

from appliance.errors import AccessDenied
from appliance.model.configuration import Technician
from appliance.runtime.clock import Clock

ABSOLUTE_LIMIT_S = 12 * 3600.0
"""A working day; nobody's session outlives it."""

_MOST_PER_TECHNICIAN = 4


@dataclass(frozen=True, kw_only=True)
class Session:
    """`csrf_token` goes into every form and is checked with `check_csrf`. Neither token is ever logged."""

    technician_id: str
    csrf_token: str
    locked: bool


@dataclass(frozen=True, kw_only=True)
class Opened:
    """`token` is the cookie's value and exists nowhere else: only its hash is kept."""

    token: str
    session: Session


@dataclass(frozen=True, kw_only=True)
class _Entry:
    technician: Technician
    csrf_token: str
    opened: float
    active: float
    locked: bool = False


class Sessions:
    def __init__(
        self, clock: Clock, *, lock_after_s: float = 600.0, absolute_limit_s: float = ABSOLUTE_LIMIT_S
    ) -> None:
        self._clock = clock
        self._lock_after_s = lock_after_s
        self._absolute_limit_s = absolute_limit_s
        self._entries: dict[bytes, _Entry] = {}

    def open(self, technician: Technician) -> Opened:
        """Only after the password was verified. The technician's oldest session gives way beyond four."""
        now = self._clock.monotonic()
        self._entries = {key: entry for key, entry in self._entries.items() if not self._over(entry, now)}
        own = [
            key for key, entry in self._entries.items() if entry.technician.technician_id == technician.technician_id
        ]
        for key in own[: max(0, len(own) - _MOST_PER_TECHNICIAN + 1)]:
            del self._entries[key]
        token = secrets.token_urlsafe(32)
        entry = _Entry(technician=technician, csrf_token=secrets.token_urlsafe(32), opened=now, active=now)
        self._entries[_key(token)] = entry
        return Opened(token=token, session=_seen(entry))

    def resolve(self, token: str, *, activity: bool = True) -> Session:
        """The session behind a cookie; raises AccessDenied `session-ended`. `activity` is False for what the page
        does by itself (previews, polling), which must not keep a screen unlocked."""
        key, entry = self._find(token)
        now = self._clock.monotonic()
        if not entry.locked and now - entry.active >= self._lock_after_s:
            entry = replace(entry, locked=True)
        elif not entry.locked and activity:
            entry = replace(entry, active=now)
        self._entries[key] = entry
        return _seen(entry)

    def require_unlocked(self, token: str, *, activity: bool = True) -> Session:
        """As `resolve`; raises AccessDenied `session-locked` as well."""
        session = self.resolve(token, activity=activity)
        if session.locked:
            raise AccessDenied("The screen is locked: type your password to go on.", code="session-locked")
        return session

    def lock(self, token: str) -> None:
        key, entry = self._find(token)
        self._entries[key] = replace(entry, locked=True)

    def unlock(self, token: str) -> Opened:
        """Only after the password was verified again. The cookie and the CSRF token are new; raises `session-ended`."""
        key, entry = self._find(token)
        del self._entries[key]
        fresh = secrets.token_urlsafe(32)
        entry = replace(entry, locked=False, active=self._clock.monotonic(), csrf_token=secrets.token_urlsafe(32))
        self._entries[_key(fresh)] = entry
        return Opened(token=fresh, session=_seen(entry))

    def close(self, token: str) -> None:
        """Log-out; an unknown token is no error."""
        self._entries.pop(_key(token), None)

    def check_csrf(self, token: str, csrf_token: str) -> None:
        """Raises AccessDenied `csrf` or `session-ended`."""
        _, entry = self._find(token)
        if not hmac.compare_digest(entry.csrf_token.encode(), csrf_token.encode("utf-8", "replace")):
            raise AccessDenied("The page is out of date: load it again.", code="csrf")

    def configure(self, technicians: Iterable[Technician], lock_after_s: float) -> None:
        """End the sessions of those who are gone or whose password changed; take over the new lock time."""
        self._lock_after_s = lock_after_s
        current = {technician.technician_id: technician for technician in technicians}
        kept = {}
        for key, entry in self._entries.items():
            technician = current.get(entry.technician.technician_id)
            if technician is not None and technician.password_hash == entry.technician.password_hash:
                kept[key] = replace(entry, technician=technician)
        self._entries = kept

    def _find(self, token: str) -> tuple[bytes, _Entry]:
        key = _key(token)
        entry = self._entries.get(key)
        if entry is None or self._over(entry, self._clock.monotonic()):
            self._entries.pop(key, None)
            raise AccessDenied("You are not logged in, or your session has ended: log in.", code="session-ended")
        return key, entry

    def _over(self, entry: _Entry, now: float) -> bool:
        return now - entry.opened >= self._absolute_limit_s


def _key(token: str) -> bytes:
    """Looking up a hash tells nothing through timing, and a memory dump holds no cookie."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _seen(entry: _Entry) -> Session:
    return Session(technician_id=entry.technician.technician_id, csrf_token=entry.csrf_token, locked=entry.locked)
