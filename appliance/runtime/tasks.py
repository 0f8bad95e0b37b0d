"""Long-lived tasks with names: restarted with backoff when they crash, stopped in reverse order, none leaked."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from appliance.errors import ServiceError
from appliance.runtime.clock import Clock, SystemClock

log = structlog.get_logger(__name__)

Work = Callable[[], Awaitable[None]]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """Exponential with full-range jitter below the step; `healthy_after_s` of running forgets earlier crashes."""

    first_s: float = 0.2
    longest_s: float = 30.0
    healthy_after_s: float = 60.0

    def delay_s(self, crashes: int, chance: float) -> float:
        """Seconds before restart number `crashes` (from 1); `chance` in [0, 1) spreads it over half the step."""
        step = min(self.longest_s, self.first_s * 2.0 ** min(crashes - 1, 32))
        return step * (0.5 + chance / 2)


@dataclass(frozen=True, kw_only=True)
class TaskState:
    """`state` is `running`, `waiting` (for its restart) or `ended`; `code` is the last crash's."""

    name: str
    state: str
    restarts: int
    code: str


@dataclass
class _Entry:
    task: asyncio.Task[None] | None = None
    state: str = "running"
    restarts: int = 0
    code: str = ""


class Supervisor:
    """Owns its tasks from `start` to `close`. Work that returns has ended well and is not restarted."""

    def __init__(
        self,
        *,
        sleep: Sleep = asyncio.sleep,
        clock: Clock | None = None,
        backoff: Backoff | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._sleep = sleep
        self._clock = clock or SystemClock()
        self._backoff = backoff or Backoff()
        self._chance = chance
        self._entries: dict[str, _Entry] = {}
        self._closing = False

    def start(self, name: str, work: Work) -> None:
        """Run `work` under `name`. Raises ServiceError `supervisor-closed` or `task-name-taken`."""
        if self._closing:
            raise ServiceError("The daemon is stopping and starts nothing new.", code="supervisor-closed")
        if name in self._entries and self._entries[name].state != "ended":
            raise ServiceError(f"A task named {name} is already running.", code="task-name-taken")
        entry = _Entry()
        self._entries.pop(name, None)
        self._entries[name] = entry
        entry.task = asyncio.create_task(self._keep(name, work, entry), name=name)

    def states(self) -> tuple[TaskState, ...]:
        return tuple(
            TaskState(name=name, state=entry.state, restarts=entry.restarts, code=entry.code)
            for name, entry in self._entries.items()
        )

    async def close(self, deadline_s: float = 4.0) -> None:
        """Cancel the last started first, each awaited before the next; idempotent.

        Raises ServiceError `tasks-stuck` naming those that did not end in time, after all the others have ended.
        """
        self._closing = True
        open_entries = [(name, entry.task) for name, entry in reversed(self._entries.items()) if entry.task]
        ends_at = self._clock.monotonic() + deadline_s
        stuck = []
        for index, (name, task) in enumerate(open_entries):
            # A task that refuses to end may use up its share, not everybody's.
            share_s = max(0.0, ends_at - self._clock.monotonic()) / (len(open_entries) - index)
            task.cancel()
            _, pending = await asyncio.wait({task}, timeout=share_s)
            if pending:
                stuck.append((name, task))
        if stuck:
            left = {task for _, task in stuck}
            await asyncio.wait(left, timeout=max(0.0, ends_at - self._clock.monotonic()))
        names = [name for name, task in stuck if not task.done()]
        if names:
            log.error("tasks-stuck", count=len(names))
            raise ServiceError(f"These tasks did not stop in time: {', '.join(names)}.", code="tasks-stuck")

    async def _keep(self, name: str, work: Work, entry: _Entry) -> None:
        crashes = 0
        try:
            while True:
                entry.state = "running"
                started = self._clock.monotonic()
                try:
                    await work()
                except asyncio.CancelledError:
                    if self._cancelled():
                        raise
                    # Not ours: something that the work awaited was cancelled under it.
                    entry.code = "cancelled"
                    log.warning("task-crashed", task=name, code="cancelled")
                except Exception as error:
                    # The one place whose business is any crash.
                    entry.code = str(getattr(error, "code", type(error).__name__))
                    log.error("task-crashed", task=name, code=entry.code, exc_info=error)
                else:
                    return
                if self._closing:
                    return
                if self._clock.monotonic() - started >= self._backoff.healthy_after_s:
                    crashes = 0
                crashes += 1
                entry.restarts += 1
                entry.state = "waiting"
                await self._sleep(self._backoff.delay_s(crashes, self._chance()))
        finally:
            entry.state = "ended"

    def _cancelled(self) -> bool:
        task = asyncio.current_task()
        return self._closing or (task is not None and task.cancelling() > 0)
