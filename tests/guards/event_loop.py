"""No test may block a running event loop, and none may leave a task behind.

Blocking calls are looked for in our own code only: a test may read a file or run `openssl` between two awaits, the
appliance and its drivers may not. Tasks are counted when a test's loop is closed, after its fixtures are done.
"""

from __future__ import annotations

import asyncio
import asyncio.runners
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from blockbuster import BlockBuster

import appliance
import drivers


class _LeftTasks:
    """Counts what was still running when a loop was closed, by wrapping the clean-up of `asyncio.Runner`."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._cancel_all: Callable[[asyncio.AbstractEventLoop], None] = asyncio.runners.__dict__["_cancel_all_tasks"]

    def install(self) -> None:
        setattr(asyncio.runners, "_cancel_all_tasks", self._count_then_cancel)  # noqa: B010 (it is private)

    def remove(self) -> None:
        setattr(asyncio.runners, "_cancel_all_tasks", self._cancel_all)  # noqa: B010 (it is private)

    def _count_then_cancel(self, loop: asyncio.AbstractEventLoop) -> None:
        for _ in range(3):  # what has been cancelled or has finished gets the turns it needs to say so
            if not asyncio.all_tasks(loop):
                break
            loop.run_until_complete(asyncio.sleep(0))
        self.names += [_describe(task) for task in asyncio.all_tasks(loop)]
        self._cancel_all(loop)


def _describe(task: asyncio.Task[Any]) -> str:
    return f"{task.get_name()} ({getattr(task.get_coro(), '__qualname__', task.get_coro())})"


@pytest.fixture(scope="session")
def _left_tasks() -> Iterator[_LeftTasks]:
    left = _LeftTasks()
    left.install()
    yield left
    left.remove()


@pytest.fixture(scope="session")
def _blockbuster() -> Iterator[BlockBuster]:
    detector = BlockBuster([appliance, drivers])
    detector.activate()
    yield detector
    detector.deactivate()


@pytest.fixture(autouse=True)
def _loop_is_free(request: pytest.FixtureRequest, _blockbuster: BlockBuster, _left_tasks: _LeftTasks) -> Iterator[None]:
    allowed = request.node.get_closest_marker("blocking_allowed")
    if allowed is not None:
        assert allowed.args, "blocking_allowed must say why"
        _blockbuster.deactivate()
    _left_tasks.names.clear()
    yield
    if allowed is not None:
        _blockbuster.activate()
    if _left_tasks.names:
        pytest.fail("tasks were left running: " + ", ".join(sorted(_left_tasks.names)), pytrace=False)
