"""The client's patience: it ends on stop and at its deadline, whatever the other end is doing."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from drivers.errors import CaptureCancelled, DeviceNotFound, DeviceTimedOut
from drivers.sbi.wire import asked, listening_ports


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def _ask(port: int, deadline_s: float, stop: threading.Event) -> bytes:
    with asked(port, "RCAPTURE", "/capture", b"{}", deadline_s=deadline_s, stop=stop) as answer:
        return answer.body(1000)


def test_a_stop_is_heeded_while_nothing_comes(silent: socket.socket) -> None:
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(CaptureCancelled):
        _ask(silent.getsockname()[1], time.monotonic() + 100, stop)


def test_a_deadline_is_kept_while_nothing_comes(silent: socket.socket) -> None:
    with pytest.raises(DeviceTimedOut):
        _ask(silent.getsockname()[1], time.monotonic() + 0.3, threading.Event())


def test_stopped_before_it_began_it_does_not_ask(silent: socket.socket) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(CaptureCancelled):
        _ask(silent.getsockname()[1], time.monotonic() + 100, stop)


def test_a_stop_is_heeded_while_the_other_end_takes_nothing(silent: socket.socket) -> None:
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    port = silent.getsockname()[1]
    body = b" " * (64 * 1024 * 1024)
    with (
        pytest.raises(CaptureCancelled),
        asked(port, "RCAPTURE", "/capture", body, deadline_s=time.monotonic() + 100, stop=stop),
    ):
        pass


def test_where_nobody_listens_nothing_is_found(loopback_port: int) -> None:
    with pytest.raises(DeviceNotFound):
        _ask(loopback_port, time.monotonic() + 100, threading.Event())


def test_all_ports_are_tried_at_once(silent: socket.socket, loopback_port: int) -> None:
    port = silent.getsockname()[1]
    assert listening_ports([loopback_port, port], patience_s=30.0) == [port]
