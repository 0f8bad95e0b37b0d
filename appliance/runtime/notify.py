"""What the daemon tells systemd (sd_notify(3)): ready, status, watchdog, stopping. Without a socket it says nothing."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from appliance.errors import ServiceError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class NotifySettings:
    """`address` as systemd gives it (`@` marks an abstract socket); the interval is None when nobody watches."""

    address: str | None
    watchdog_s: float | None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], pid: int) -> NotifySettings:
        """Raises ServiceError `notify-environment` for an address or interval that systemd would not give."""
        address = environ.get("NOTIFY_SOCKET") or None
        if address is not None and address[0] not in "@/":
            raise ServiceError("NOTIFY_SOCKET is not a local socket's address.", code="notify-environment")
        usec = environ.get("WATCHDOG_USEC")
        watchdog_s = None
        if usec is not None and environ.get("WATCHDOG_PID", str(pid)) == str(pid):
            if not (usec.isascii() and usec.isdigit() and int(usec) > 0):
                raise ServiceError("WATCHDOG_USEC is not a positive number.", code="notify-environment")
            watchdog_s = int(usec) / 1e6
        return cls(address=address, watchdog_s=watchdog_s)


class Notifier:
    """Sends datagrams without waiting: a manager that does not read must not hold the daemon up."""

    def __init__(self, settings: NotifySettings | None = None) -> None:
        self._settings = settings or NotifySettings.from_environment(os.environ, os.getpid())
        self._failed = False

    def ready(self, status: str = "") -> None:
        self._send("READY=1", status)

    def status(self, status: str) -> None:
        self._send("", status)

    def stopping(self) -> None:
        self._send("STOPPING=1", "")

    def watchdog(self) -> None:
        self._send("WATCHDOG=1", "")

    async def feed_watchdog(
        self,
        *,
        healthy: Callable[[], bool] = lambda: True,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """A supervised task. It runs on the event loop, so a blocked loop goes unfed and systemd restarts the daemon.

        Fed at a third of the interval (sd_watchdog_enabled(3) asks for at most half) while `healthy` says so.
        Returns at once when nobody watches.
        """
        if self._settings.watchdog_s is None or self._settings.address is None:
            return
        while True:
            if healthy():
                self.watchdog()
            await sleep(self._settings.watchdog_s / 3)

    def _send(self, assignment: str, status: str) -> None:
        address = self._settings.address
        if address is None:
            return
        lines = [assignment] if assignment else []
        if status:
            lines.append("STATUS=" + " ".join(status.split()))
        target = "\0" + address[1:] if address.startswith("@") else address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.setblocking(False)
                sender.sendto("\n".join(lines).encode(), target)
        except OSError as error:
            # The daemon works on without systemd; once is enough to say so.
            if not self._failed:
                self._failed = True
                log.warning("notify-failed", code=f"errno-{error.errno}")
        else:
            self._failed = False
