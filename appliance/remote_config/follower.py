"""Keeps the configuration in force up to date: a hint from AIMA over a WebSocket, polling otherwise.

A hint only says *look again*; it carries no trust and no content. Responsible for when to look and whom to tell; what
is believed is decided in `trust.py`, what is used in `activation.py`.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import aiohttp
import structlog

from appliance.errors import KioskError
from appliance.model.configuration import Configuration
from appliance.remote_config.activation import Active, ActiveConfiguration
from appliance.remote_config.trust import ConfigurationTrust
from appliance.runtime.clock import Clock
from appliance.runtime.daemon_call import call_in_daemon_thread

log = structlog.get_logger(__name__)

HINT = "refresh"
UNREACHABLE = "configuration-unreachable"
CLOSE_DEADLINE_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds between looks. Without hints a change must still be in force within five.

    `heartbeat_s`: a channel for hints that has died without a word is noticed after one and a half of it.
    """

    with_hints_s: float = 300.0
    heartbeat_s: float = 8.0
    without_hints_s: float = 3.0
    longest_unreachable_s: float = 30.0
    shortest_s: float = 0.1
    held_s: float = 10.0

    def delay_s(self, *, hinted: bool, failures: int, chance: float) -> float:
        """Until the next look, spread by a quarter either way so that boxes do not march in step."""
        if failures:
            delay = min(self.longest_unreachable_s, self.without_hints_s * 2.0 ** min(failures - 1, 16))
        else:
            delay = self.with_hints_s if hinted else self.without_hints_s
        return delay * (0.75 + chance / 2)


class Follower:
    """One task runs `run`; `close` ends its thread. The callbacks run on the event loop and must be quick."""

    def __init__(
        self,
        *,
        trust: ConfigurationTrust,
        active: ActiveConfiguration,
        in_force: Active | None,
        session: aiohttp.ClientSession,
        aima_url: str,
        clock: Clock,
        on_activated: Callable[[Configuration], None],
        on_refused: Callable[[KioskError], None],
        on_confirmed: Callable[[], None] = lambda: None,
        pace: Pace | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`session` speaks mutual TLS with AIMA. `in_force` is what `active` holds, loaded by the caller.

        `on_confirmed` is told when an earlier trouble is over and what is in force is the newest after all.
        """
        self._trust = trust
        self._active = active
        self._in_force = in_force
        self._session = session
        self._hints_url = aima_url.rstrip("/") + "/hints"
        self._clock = clock
        self._on_activated = on_activated
        self._on_refused = on_refused
        self._on_confirmed = on_confirmed
        self._pace = pace or Pace()
        self._chance = chance
        self._one_at_a_time = threading.Lock()
        self._wanted = asyncio.Event()
        self._hinted = False
        self._failures = 0
        self._trouble: KioskError | None = None
        self._confirmed_at: datetime | None = None

    @property
    def in_force(self) -> Active | None:
        return self._in_force

    @property
    def confirmed_at(self) -> datetime | None:
        """When a look last ended with AIMA's newest configuration in force."""
        return self._confirmed_at

    @property
    def hinted(self) -> bool:
        """Whether AIMA can tell this box of changes at once."""
        return self._hinted

    @property
    def trouble(self) -> KioskError | None:
        """Why the last look did not end with AIMA's newest configuration in force."""
        return self._trouble

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(), name="configuration-hints")
            group.create_task(self._look_again_and_again(), name="configuration-poll")

    async def close(self) -> None:
        """End a look that is under way, after `run` has been cancelled. A name look-up without an answer is left."""
        self._trust.close()
        await call_in_daemon_thread("configuration-end", self._one_at_a_time.acquire, timeout=CLOSE_DEADLINE_S)

    async def look(self) -> None:
        """Fetch, verify, activate; once. What goes wrong is told to `on_refused`, a repeated refusal only once."""
        try:
            active = await call_in_daemon_thread("configuration", self._refresh)
        except KioskError as error:
            self._failures = self._failures + 1 if error.code == UNREACHABLE else 0
            self._refused(error)
            return
        self._failures = 0
        troubled, self._trouble = self._trouble is not None, None
        self._confirmed_at = self._clock.now()
        if active is not None:
            self._in_force = active
            log.info("configuration-activated", version=active.configuration.version, sha256=active.sha256)
            self._on_activated(active.configuration)
        elif troubled:
            self._on_confirmed()

    def _refresh(self) -> Active | None:
        """In the thread. None when what is in force is the newest."""
        # A look that was cancelled may still be at it.
        with self._one_at_a_time:
            now = self._clock.now()
            signed = self._trust.refresh(now)
            current = self._in_force
            if current is not None and not current.fallback:
                known = (current.sha256, current.targets_version)
                if known == (signed.sha256, signed.targets_version):
                    return None
            return self._active.activate(signed, now)

    def _refused(self, error: KioskError) -> None:
        known = self._trouble
        self._trouble = error
        if known is not None and (known.code, known.sentence) == (error.code, error.sentence):
            return
        level = log.info if error.code == UNREACHABLE else log.warning
        level("configuration-refused", code=error.code)
        self._on_refused(error)

    async def _look_again_and_again(self) -> None:
        while True:
            self._wanted.clear()
            await self.look()
            # A flood of hints must not become a flood of looks.
            await asyncio.sleep(self._pace.shortest_s)
            # After a refusal a hint is no promise: what was wrong here (a full disk) AIMA does not know to be mended.
            hinted = self._hinted and self._trouble is None
            delay_s = self._pace.delay_s(hinted=hinted, failures=self._failures, chance=self._chance())
            try:
                async with asyncio.timeout(delay_s):
                    await self._wanted.wait()
            except TimeoutError:
                continue

    async def _listen(self) -> None:
        failures = 0
        while True:
            began = self._clock.monotonic()
            try:
                await self._take_hints()
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                log.debug("hints-unavailable", reason=type(error).__name__)
            if self._hinted:
                self._hinted = False
                self._wanted.set()
            # A connection that is accepted and dropped at once has not healed anything.
            failures = 0 if self._clock.monotonic() - began >= self._pace.held_s else failures + 1
            await asyncio.sleep(self._pace.delay_s(hinted=False, failures=max(failures, 1), chance=self._chance()) / 4)

    async def _take_hints(self) -> None:
        async with self._session.ws_connect(
            self._hints_url, heartbeat=self._pace.heartbeat_s, max_msg_size=1024
        ) as hints:
            self._hinted = True
            # Something may have been published while nobody listened.
            self._wanted.set()
            async for message in hints:
                if message.type is aiohttp.WSMsgType.TEXT and message.data == HINT:
                    self._wanted.set()
