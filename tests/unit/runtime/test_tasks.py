"""Supervised tasks: restarted when they crash, ended in order, never leaked."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from appliance.errors import ServiceError
from appliance.runtime.clock import SystemClock
from appliance.runtime.tasks import Backoff, Supervisor


class Sleeps:
    """Remembers what was asked for and returns at once."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    async def __call__(self, delay_s: float) -> None:
        self.asked.append(delay_s)
        await asyncio.sleep(0)


async def _forever() -> None:
    await asyncio.Event().wait()


async def test_a_crash_is_restarted_with_growing_bounded_delays() -> None:
    sleeps, runs = Sleeps(), 0
    done = asyncio.Event()

    async def work() -> None:
        nonlocal runs
        runs += 1
        if runs == 6:
            done.set()
            await _forever()
        raise ServiceError("Broken.", code="aima-unreachable")

    supervisor = Supervisor(sleep=sleeps, backoff=Backoff(first_s=1, longest_s=5), chance=lambda: 1.0)
    supervisor.start("forwarder", work)
    await done.wait()
    assert sleeps.asked == [1, 2, 4, 5, 5]
    [state] = supervisor.states()
    assert (state.name, state.state, state.restarts, state.code) == ("forwarder", "running", 5, "aima-unreachable")
    await supervisor.close()
    assert supervisor.states()[0].state == "ended"


async def test_a_cancellation_that_nobody_asked_for_is_a_crash() -> None:
    done = asyncio.Event()
    runs = 0

    async def work() -> None:
        nonlocal runs
        runs += 1
        if runs == 2:
            done.set()
            await _forever()
        raise asyncio.CancelledError

    supervisor = Supervisor(sleep=Sleeps())
    supervisor.start("hint", work)
    await done.wait()
    assert supervisor.states()[0].code == "cancelled"
    await supervisor.close()


async def test_work_that_returns_has_ended_and_its_name_is_free_again() -> None:
    supervisor = Supervisor()

    async def work() -> None:
        return

    supervisor.start("once", work)
    for _ in range(3):
        await asyncio.sleep(0)
    assert supervisor.states()[0].state == "ended"
    supervisor.start("once", _forever)
    with pytest.raises(ServiceError) as refused:
        supervisor.start("once", _forever)
    assert refused.value.code == "task-name-taken"
    await supervisor.close()


async def test_the_last_started_ends_first_and_each_has_ended_before_the_next_is_told() -> None:
    ended: list[str] = []

    async def work(name: str) -> None:
        try:
            await _forever()
        finally:
            await asyncio.sleep(0)
            ended.append(name)

    supervisor = Supervisor()
    for name in ("spool", "forwarder", "web"):
        supervisor.start(name, partial(work, name))
    await asyncio.sleep(0)
    await supervisor.close()
    assert ended == ["web", "forwarder", "spool"]
    await supervisor.close()
    with pytest.raises(ServiceError) as refused:
        supervisor.start("late", _forever)
    assert refused.value.code == "supervisor-closed"


async def test_a_task_that_refuses_to_end_is_named_and_does_not_keep_the_others() -> None:
    release = asyncio.Event()
    orderly = asyncio.Event()

    async def stubborn() -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    async def polite() -> None:
        try:
            await _forever()
        finally:
            orderly.set()

    supervisor = Supervisor()
    supervisor.start("polite", polite)
    supervisor.start("stubborn", stubborn)
    await asyncio.sleep(0)
    with pytest.raises(ServiceError) as stuck:
        await supervisor.close(0.1)
    assert stuck.value.code == "tasks-stuck"
    assert "stubborn" in stuck.value.sentence
    assert orderly.is_set()
    release.set()
    await supervisor.close()


async def test_running_well_for_long_forgets_earlier_crashes() -> None:
    sleeps = Sleeps()
    now = 0.0
    done = asyncio.Event()

    class Watch(SystemClock):
        def monotonic(self) -> float:
            return now

    async def work() -> None:
        nonlocal now
        if len(sleeps.asked) == 3:
            done.set()
            await _forever()
        now += 100 if len(sleeps.asked) == 2 else 1
        raise ServiceError("Broken.")

    supervisor = Supervisor(
        sleep=sleeps, clock=Watch(), backoff=Backoff(first_s=1, healthy_after_s=60), chance=lambda: 1.0
    )
    supervisor.start("t", work)
    await done.wait()
    assert sleeps.asked == [1, 2, 1]
    await supervisor.close()
