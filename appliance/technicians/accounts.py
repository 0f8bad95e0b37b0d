"""Log-in, unlock and log-out over the accounts of the configuration in force."""

from __future__ import annotations

import asyncio

import structlog

from appliance.errors import AccessDenied
from appliance.model.configuration import Configuration, Technician
from appliance.runtime.clock import Clock, SystemClock
from appliance.technicians.password import PasswordVerifier, check_password_hash
from appliance.technicians.sessions import Opened, Session, Sessions
from appliance.technicians.throttle import Throttle

log = structlog.get_logger(__name__)


def check_accounts(configuration: Configuration) -> None:
    """What a new configuration's accounts must be, before it is activated.

    Raises ConfigurationError `technician-password-hash`; AccessDenied never.
    """
    for technician in configuration.technicians:
        check_password_hash(technician.password_hash)


class Accounts:
    """Until `configure` was called there is nobody who could log in."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        verifier: PasswordVerifier | None = None,
        sessions: Sessions | None = None,
        throttle: Throttle | None = None,
    ) -> None:
        clock = clock or SystemClock()
        self._verifier = verifier or PasswordVerifier()
        self._sessions = sessions or Sessions(clock)
        self._throttle = throttle or Throttle(clock)
        self._technicians: dict[str, Technician] = {}

    async def configure(self, configuration: Configuration) -> None:
        """Take over a configuration's accounts; raises as `check_accounts`, and then nothing has changed."""
        hashes = [technician.password_hash for technician in configuration.technicians]
        await asyncio.to_thread(self._verifier.adopt, hashes)
        self._technicians = {technician.technician_id: technician for technician in configuration.technicians}
        self._sessions.configure(configuration.technicians, configuration.lock_after_minutes * 60.0)

    async def log_in(self, technician_id: str, password: str) -> Opened:
        """Raises AccessDenied `log-in-throttled` or `log-in-refused` (which does not say what was wrong)."""
        await self._check_password(technician_id, password)
        technician = self._technicians.get(technician_id)
        if technician is None:  # removed by a configuration while the password was being checked
            raise _refused()
        log.info("logged-in", technician_id=technician_id)
        return self._sessions.open(technician)

    async def unlock(self, token: str, password: str) -> Opened:
        """Raises as `log_in`, and AccessDenied `session-ended`. The answer's tokens replace the old ones."""
        session = self._sessions.resolve(token, activity=False)
        await self._check_password(session.technician_id, password)
        return self._sessions.unlock(token)

    def session(self, token: str, *, activity: bool = True) -> Session:
        """The session behind a cookie, locked or not; raises AccessDenied `session-ended`."""
        return self._sessions.resolve(token, activity=activity)

    def unlocked_session(self, token: str, *, activity: bool = True) -> Session:
        """As `session`; raises AccessDenied `session-locked` as well."""
        return self._sessions.require_unlocked(token, activity=activity)

    def check_csrf(self, token: str, csrf_token: str) -> None:
        """Raises AccessDenied `csrf` or `session-ended`."""
        self._sessions.check_csrf(token, csrf_token)

    def technician(self, session: Session) -> Technician:
        """The account as the configuration in force has it; raises AccessDenied `session-ended`."""
        technician = self._technicians.get(session.technician_id)
        if technician is None:
            raise AccessDenied("Your account is no longer configured: log in again.", code="session-ended")
        return technician

    def lock(self, token: str) -> None:
        """Raises AccessDenied `session-ended`."""
        self._sessions.lock(token)

    def log_out(self, token: str) -> None:
        self._sessions.close(token)

    async def close(self) -> None:
        """Waits for a verification under way (well under a second)."""
        await self._verifier.close()

    async def _check_password(self, technician_id: str, password: str) -> None:
        self._throttle.begin(technician_id)
        technician = self._technicians.get(technician_id)
        right = await self._verifier.verify(technician.password_hash if technician else None, password)
        if not right:
            # The name is not logged: people type passwords into the wrong field.
            log.warning("log-in-refused")
            raise _refused()
        self._throttle.succeeded(technician_id)


def _refused() -> AccessDenied:
    return AccessDenied("The name or the password is wrong.", code="log-in-refused")
