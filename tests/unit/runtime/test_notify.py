"""What systemd hears, over real sockets."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.errors import ServiceError
from appliance.runtime.notify import Notifier, NotifySettings


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """The manager's end of the socket, and its address as NOTIFY_SOCKET gives it."""
    address = str(tmp_path / "notify") if request.param == "path" else f"@kiosk-test-{secrets.token_hex(8)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind("\0" + address[1:] if address.startswith("@") else address)
        receiver.setblocking(False)
        yield address, receiver


def test_ready_status_and_stopping_arrive(systemd: tuple[str, socket.socket]) -> None:
    address, receiver = systemd
    notifier = Notifier(NotifySettings(address=address, watchdog_s=None))
    notifier.ready("serving\nREADY=0")
    notifier.status("3 packages queued")
    notifier.stopping()
    assert [receiver.recv(200) for _ in range(3)] == [
        b"READY=1\nSTATUS=serving READY=0",
        b"STATUS=3 packages queued",
        b"STOPPING=1",
    ]


async def test_the_watchdog_is_fed_three_times_an_interval_and_only_in_health(
    systemd: tuple[str, socket.socket],
) -> None:
    address, receiver = systemd
    slept: list[float] = []
    health = iter([True, False, True])

    async def sleep(delay_s: float) -> None:
        slept.append(delay_s)
        if len(slept) == 3:
            raise asyncio.CancelledError

    notifier = Notifier(NotifySettings(address=address, watchdog_s=6.0))
    with pytest.raises(asyncio.CancelledError):
        await notifier.feed_watchdog(healthy=lambda: next(health), sleep=sleep)
    assert slept == [2.0, 2.0, 2.0]
    assert [receiver.recv(200) for _ in range(2)] == [b"WATCHDOG=1"] * 2
    with pytest.raises(BlockingIOError):
        receiver.recv(200)


async def test_without_a_socket_or_a_reader_nothing_happens(tmp_path: Path) -> None:
    silent = Notifier(NotifySettings(address=None, watchdog_s=1.0))
    silent.ready()
    await silent.feed_watchdog()
    Notifier(NotifySettings(address=str(tmp_path / "nobody"), watchdog_s=None)).ready()


def test_the_environment_is_read_as_systemd_writes_it() -> None:
    read = NotifySettings.from_environment
    pid = os.getpid()
    assert read({}, pid) == NotifySettings(address=None, watchdog_s=None)
    assert read({"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "1500000"}, pid) == NotifySettings(
        address="/run/n", watchdog_s=1.5
    )
    other = {"NOTIFY_SOCKET": "@n", "WATCHDOG_USEC": "1500000", "WATCHDOG_PID": str(pid + 1)}
    assert read(other, pid).watchdog_s is None
    for wrong in ({"NOTIFY_SOCKET": "n"}, {"WATCHDOG_USEC": "soon"}, {"WATCHDOG_USEC": "0"}):
        with pytest.raises(ServiceError) as refused:
            read(wrong, pid)
        assert refused.value.code == "notify-environment"
