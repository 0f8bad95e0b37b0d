"""A blocking call that may be stuck for ever holds nobody up."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable

import pytest

from appliance.runtime.daemon_call import call_in_daemon_thread
from appliance.runtime.name_resolver import DaemonResolver


async def test_what_it_returns_and_what_it_raises_come_back() -> None:
    assert await call_in_daemon_thread("sum", sum, [1, 2, 3]) == 6
    with pytest.raises(ZeroDivisionError):
        await call_in_daemon_thread("division", divmod, 1, 0)


def test_a_stuck_call_does_not_keep_the_loop_from_ending() -> None:
    release = threading.Event()

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await call_in_daemon_thread("stuck", release.wait)

    asyncio.run(give_up())
    stuck = [thread for thread in threading.enumerate() if thread.name == "stuck"]
    assert [thread.daemon for thread in stuck] == [True]
    # Its answer comes when nobody waits any more, and disturbs nobody.
    release.set()
    stuck[0].join(5)
    assert not stuck[0].is_alive()


async def test_names_are_resolved_in_such_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, bool]] = []
    original: Callable[..., object] = socket.getaddrinfo

    def look_up(host: str, *args: object, **kwargs: object) -> object:
        asked.append((host, threading.current_thread().daemon))
        return original(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    found = await DaemonResolver().resolve("127.0.0.1", 443)
    assert [(entry["host"], entry["port"]) for entry in found] == [("127.0.0.1", 443)]
    assert asked == [("127.0.0.1", True)]
    with pytest.raises(OSError, match="loopback"):
        await DaemonResolver().resolve("aima.invalid", 443)
