"""No test may talk to anything but this machine's loopback.

A refused call fails as an unreachable network would, so that the code under test takes its own road; the test then
fails for having tried. Names under `.invalid` and `.test` (RFC 6761) do not resolve, and may be tried.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

_NEVER_RESOLVE = (".invalid", ".test")


class _Loopback:
    """Stands before the functions of `socket` that leave the process, and remembers what it refused."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def guard_address(self, original: Callable[..., Any], position: int) -> Callable[..., Any]:
        def guarded(sock: socket.socket, *args: Any) -> Any:
            if sock.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(args[position][0]):
                self.refused.append(str(args[position][0]))
                raise OSError(errno.ENETUNREACH, "tests stay on the loopback")
            return original(sock, *args)

        return guarded

    def guard_lookup(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
            name = host.decode() if isinstance(host, bytes) else host
            if name is not None and not _is_literal(name) and name != "localhost":
                if not name.endswith(_NEVER_RESOLVE):
                    self.refused.append(name)
                raise socket.gaierror(socket.EAI_NONAME, "tests stay on the loopback")
            return original(host, *args, **kwargs)

        return guarded


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host == ""
    return True


def _is_loopback(host: Any) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session")
def _loopback() -> Iterator[_Loopback]:
    loopback = _Loopback()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", loopback.guard_address(socket.socket.connect, 0))
        patch.setattr(socket.socket, "connect_ex", loopback.guard_address(socket.socket.connect_ex, 0))
        patch.setattr(socket.socket, "sendto", loopback.guard_address(socket.socket.sendto, -1))
        patch.setattr(socket, "getaddrinfo", loopback.guard_lookup(socket.getaddrinfo))
        yield loopback


@pytest.fixture(autouse=True)
def _stays_on_the_loopback(_loopback: _Loopback, _blockbuster: object) -> Iterator[None]:
    _loopback.refused.clear()
    yield
    if _loopback.refused:
        pytest.fail("the test tried to leave the loopback: " + ", ".join(_loopback.refused), pytrace=False)


@pytest.fixture
def loopback_port() -> int:
    """A TCP port of 127.0.0.1 that was free a moment ago: for peers that cannot pick one; ours bind to 0."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
