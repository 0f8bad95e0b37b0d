"""HTTP with SBI's own methods on the loopback, from a thread that must heed a stop and a deadline. Nothing of SBI's.

The standard library's client sends any method; what it lacks is patience in small steps, which `PatientSocket` adds
under it. Bodies are bounded, nothing is redirected, and nothing but 127.0.0.1 is ever connected to.
"""

from __future__ import annotations

import errno
import http.client
import select
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from drivers.contracts import Stop
from drivers.errors import (
    CaptureCancelled,
    DeviceLost,
    DeviceNotFound,
    DeviceProtocolError,
    DeviceTimedOut,
)

_HOST: Final = "127.0.0.1"
_STEP_S: Final = 0.2
_CHUNK_BYTES: Final = 64 * 1024


class PatientSocket(socket.socket):
    """A TCP socket whose waits end at `deadline_s` (monotonic) or on `stop`, whichever comes first."""

    def __init__(self, deadline_s: float, stop: Stop) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_STREAM)
        self.setblocking(False)
        self.deadline_s = deadline_s
        self._stop = stop

    def reach(self, port: int) -> None:
        """Connect to this machine. Raises DeviceNotFound when nobody listens there."""
        failure = self.connect_ex((_HOST, port))
        if failure == errno.EINPROGRESS:
            self._await(for_writing=True)
            failure = self.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failure:
            raise DeviceNotFound("The scanner's service is not running: ask the field engineer to start it.")

    def sendall(self, data: Any, flags: int = 0) -> None:
        rest = memoryview(data).cast("B")
        while rest:
            self._await(for_writing=True)
            rest = rest[self.send(rest, flags) :]

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        self._await(for_writing=False)
        return super().recv_into(buffer, nbytes, flags)

    def _await(self, *, for_writing: bool) -> None:
        while True:
            if self._stop.is_set():
                raise CaptureCancelled
            left_s = self.deadline_s - time.monotonic()
            if left_s <= 0:
                raise DeviceTimedOut
            ours = [self]
            if any(select.select([] if for_writing else ours, ours if for_writing else [], [], min(_STEP_S, left_s))):
                return


class Answer:
    """An answer with status 200 whose body is still to be read."""

    def __init__(self, response: http.client.HTTPResponse, sock: PatientSocket) -> None:
        self._response = response
        self._sock = sock

    def body(self, limit: int) -> bytes:
        """All of it. Raises DeviceProtocolError when it is longer than `limit`, before or while it comes."""
        too_long = DeviceProtocolError("The scanner's service sent more than any answer can be.")
        if self._response.length is not None and self._response.length > limit:
            raise too_long
        body = self._response.read(limit + 1)
        if len(body) > limit:
            raise too_long
        if self._response.length:
            raise DeviceLost  # it ended before what it had announced
        return body

    def pieces(self) -> Iterator[bytes]:
        """As they come, until the service ends."""
        while piece := self._response.read1(_CHUNK_BYTES):
            yield piece

    def extend(self, deadline_s: float) -> None:
        self._sock.deadline_s = deadline_s


@contextmanager
def asked(port: int, method: str, path: str, body: bytes, *, deadline_s: float, stop: Stop) -> Iterator[Answer]:
    """Ask, and hold the answer until the block is left. Also inside it, raises only drivers' errors: DeviceNotFound,
    DeviceLost, DeviceTimedOut, DeviceProtocolError; CaptureCancelled on stop."""
    connection = http.client.HTTPConnection(_HOST, port)
    with PatientSocket(deadline_s, stop) as sock:
        try:
            sock.reach(port)
            connection.sock = sock
            connection.request(method, path, body, {"Content-Type": "application/json", "Connection": "close"})
            with connection.getresponse() as response:
                if response.status != http.client.OK:
                    raise DeviceProtocolError("The scanner's service refuses what it was asked.")
                yield Answer(response, sock)
        except (ConnectionError, http.client.RemoteDisconnected, http.client.IncompleteRead):
            raise DeviceLost from None
        except (http.client.HTTPException, ValueError):
            raise DeviceProtocolError("The scanner's service does not speak HTTP as it should.") from None
        except OSError:
            raise DeviceLost from None


def listening_ports(ports: Sequence[int], patience_s: float) -> list[int]:
    """On which of `ports` of this machine somebody listens: all are tried at once."""
    found = []
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        for port in ports:
            sock = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            sock.setblocking(False)
            failure = sock.connect_ex((_HOST, port))
            if failure == 0:
                found.append(port)
            elif failure == errno.EINPROGRESS:
                selector.register(sock, selectors.EVENT_WRITE, port)
        deadline_s = time.monotonic() + patience_s
        while selector.get_map() and (left_s := deadline_s - time.monotonic()) > 0:
            for key, _ in selector.select(left_s):
                selector.unregister(key.fileobj)
                if isinstance(key.fileobj, socket.socket) and not key.fileobj.getsockopt(
                    socket.SOL_SOCKET, socket.SO_ERROR
                ):
                    found.append(key.data)
    return sorted(found)
