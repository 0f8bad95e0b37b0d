"""A relay between client and service that keeps what both said: for tests that look at the wire itself."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_STEP_S = 0.1


@dataclass
class Exchange:
    """One connection's bytes, each way."""

    asked: bytearray = field(default_factory=bytearray)
    answered: bytearray = field(default_factory=bytearray)

    @property
    def method(self) -> str:
        return bytes(self.asked.split(b" ", 1)[0]).decode()

    @property
    def request(self) -> bytes:
        return bytes(self.asked.partition(b"\r\n\r\n")[2])

    @property
    def answer(self) -> bytes:
        return bytes(self.answered.partition(b"\r\n\r\n")[2])


@dataclass
class Tap:
    port: int
    exchanges: list[Exchange] = field(default_factory=list)

    def of(self, method: str) -> list[Exchange]:
        return [exchange for exchange in self.exchanges if exchange.method == method]


@contextmanager
def tapped(service_port: int) -> Iterator[Tap]:
    """While the block lasts, what is said to `Tap.port` goes to the service, and is kept."""
    over = threading.Event()
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(_STEP_S)
        tap = Tap(server.getsockname()[1])

        def serve() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    ours, _ = server.accept()
                    theirs = socket.create_connection(("127.0.0.1", service_port))
                    exchange = Exchange()
                    tap.exchanges.append(exchange)
                    for source, sink, kept in (
                        (ours, theirs, exchange.asked),
                        (theirs, ours, exchange.answered),
                    ):
                        threads.append(threading.Thread(target=_pump, args=(source, sink, kept, over)))
                        threads[-1].start()

        threads.append(threading.Thread(target=serve))
        threads[0].start()
        try:
            yield tap
        finally:
            over.set()
            while threads:
                threads.pop().join()


def _pump(source: socket.socket, sink: socket.socket, kept: bytearray, over: threading.Event) -> None:
    """Until the source ends; then the sink is told so. Each closes the socket that it reads from."""
    source.settimeout(_STEP_S)
    with source, suppress(OSError):
        while not over.is_set():
            with suppress(TimeoutError):
                data = source.recv(65536)
                if not data:
                    break
                kept += data
                sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
