"""The configuration in force, and who is told when it changes: the seam between `remote_config` and everybody else."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

import aiohttp
import structlog
from cryptography import x509

from appliance.errors import KioskError, StorageCorrupted
from appliance.model.configuration import Configuration
from appliance.remote_config.activation import ActiveConfiguration
from appliance.remote_config.fetcher import MutualTlsFetcher
from appliance.remote_config.follower import Follower
from appliance.remote_config.places import active_file, memory_file
from appliance.remote_config.trust import ConfigurationTrust
from appliance.runtime.clock import Clock
from appliance.technicians.accounts import Accounts, check_accounts

log = structlog.get_logger(__name__)


class ConfigurationInForce:
    """`current` is what everybody asks; a new one reaches the accounts and the page by itself."""

    def __init__(self, accounts: Accounts, clock: Clock, on_change: Callable[[], None]) -> None:
        self._accounts = accounts
        self._on_change = on_change
        self._current: Configuration | None = None
        self._refused: KioskError | None = None
        self._activated_at: datetime | None = None
        self._follower: Follower | None = None
        self._clock = clock
        self._told: set[asyncio.Task[None]] = set()

    def current(self) -> Configuration | None:
        """None until the box has had its first."""
        return self._current

    def refused(self) -> KioskError | None:
        """Why the newest that was offered is not in force, by name."""
        return self._refused

    def confirmed_at(self) -> datetime | None:
        """When AIMA was last found to have nothing newer; before the first look, when this one was activated."""
        looked = self._follower.confirmed_at if self._follower else None
        return looked or self._activated_at

    def vouched_at(self) -> datetime | None:
        """The last moment, by this box's clock, at which AIMA's short-lived signature was in force."""
        return self._follower.confirmed_at if self._follower else None

    def receipt_certificate(self) -> x509.Certificate | None:
        """Who signs AIMA's receipts."""
        if self._current is None:
            return None
        return x509.load_pem_x509_certificate(self._current.aima.receipt_certificate.encode())

    def sent_record_days(self) -> int | None:
        """How long it stays known that something was sent."""
        return None if self._current is None else self._current.retention.sent_record_days

    async def follow(
        self, state: Path, aima_url: str, tls: ssl.SSLContext, session: aiohttp.ClientSession, stack: AsyncExitStack
    ) -> Follower:
        """Loads the last good one; the follower that it answers is to be run by a supervisor.

        A stored one that is damaged is told, and fetched anew; it never stops the box.
        """
        active = ActiveConfiguration(active_file(state), check_accounts)
        in_force = None
        try:
            in_force = await asyncio.to_thread(active.load)
        except KioskError as error:
            log.error("configuration-damaged", code=error.code)
            self._refused = error
        if in_force is not None:
            self._activated_at = datetime.fromisoformat(in_force.activated_at)
            await self._take_over(in_force.configuration)
            if in_force.fallback:
                log.error("configuration-damaged", code="configuration-damaged")
                self._refused = StorageCorrupted(
                    "The last configuration is damaged, so the one before it is in force: connect the box to AIMA.",
                    code="configuration-damaged",
                )
        fetcher = MutualTlsFetcher(tls)
        trust = ConfigurationTrust(memory_file(state), aima_url, fetcher)
        follower = Follower(
            trust=trust,
            active=active,
            in_force=in_force,
            session=session,
            aima_url=aima_url,
            clock=self._clock,
            on_activated=self._activated,
            on_refused=self._refuse,
            on_confirmed=self._confirm,
        )
        stack.push_async_callback(follower.close)
        self._follower = follower
        return follower

    def _activated(self, configuration: Configuration) -> None:
        task = asyncio.create_task(self._take_over(configuration), name="configuration-accounts")
        self._told.add(task)
        task.add_done_callback(self._told.discard)

    def _refuse(self, error: KioskError) -> None:
        self._refused = error
        self._on_change()

    def _confirm(self) -> None:
        self._refused = None
        self._on_change()

    async def _take_over(self, configuration: Configuration) -> None:
        try:
            await self._accounts.configure(configuration)
        except KioskError as error:
            log.error("configuration-refused", code=error.code)
            self._refuse(error)
            return
        self._current, self._refused = configuration, None
        self._on_change()
