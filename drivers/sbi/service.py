"""An SBI service on the loopback: offers devices to SBI clients, by SBI's own HTTP methods.

Used as the emulator under our own client, and to offer this kiosk's devices (`DriverSensor`) to others'. The standard
library's server takes any method; one thread a request suits drivers that block. A page in a browser cannot call it:
these methods need a permission (CORS) that is never given, and another name than this machine's is refused.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self

from drivers.contracts import Stop
from drivers.errors import DeviceBusy, DriverError
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.sbi import answers
from drivers.sbi.answering import Answering, Manner, numbered, refused_capture
from drivers.sbi.client import PORTS
from drivers.sbi.messages import (
    ANY_DEVICE,
    CaptureAnswer,
    CaptureRequest,
    DiscoverRequest,
    Message,
    Refusal,
    StreamRequest,
    list_to_json,
)
from drivers.sbi.offered import Offer
from drivers.sbi.service_device import ServedDevice, Silence
from drivers.sbi.until import STEP_S, Until

_HOST: Final = "127.0.0.1"
_REQUEST_LIMIT_BYTES: Final = 64 * 1024
_READING_S: Final = 10.0
_ENDING_S: Final = 5.0
"""A driver looks at its stop every 0.5 s; the rest is for judging, coding and signing what it gave just before."""
_SPLIT_BYTES: Final = 1000
_BOUNDARY: Final = "--BoundaryString"
_FLOOD: Final = b" " * 65536
_NESTING: Final = 100_000


class Flood(StrEnum):
    """What a hostile service sends without end."""

    NONE = "none"
    HUGE_BODY = "huge-body"
    ENDLESS_BODY = "endless-body"
    ENDLESS_STREAM = "endless-stream"
    NESTED_BODY = "nested-body"


@dataclass(frozen=True, kw_only=True, eq=False)
class ServiceSettings:
    """`port` 0 takes any free one. Everything but the first two is for the emulator."""

    offers: Sequence[Offer]
    manner: Manner
    port: int = 0
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    faults: FaultPlan = WELL_BEHAVED
    flood: Flood = Flood.NONE


class SbiService:
    """Answers from when it is made until it is closed; `port` is where."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._ending = threading.Event()
        self._server = _Server((_HOST, settings.port), _Handler)
        self.port: int = self._server.server_address[1]
        address = f"http://{_HOST}:{self.port}"
        self._server.ending = self._ending
        self._server.flood = settings.flood
        self._server.devices = [
            ServedDevice(offer, Answering(offer, settings.manner, address, settings.clock), settings.faults)
            for offer in settings.offers
        ]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(STEP_S,), name="sbi-service")
        self._thread.start()

    def close(self) -> None:
        """Ends every answer at once, and waits until nobody is inside a sensor; for one that hangs, not for ever."""
        self._ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._server.dismiss(_ENDING_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def on_a_free_port(serve: Callable[[int], SbiService]) -> SbiService:
    """On the first of SBI's ports that nobody has. Raises DeviceBusy when all are taken."""
    for port in PORTS:
        try:
            return serve(port)
        except OSError:
            continue
    raise DeviceBusy("All of SBI's ports, 4501 to 4600, are taken: end one of the services there.")


class _Server(ThreadingHTTPServer):
    """Its threads are daemons and counted here: the standard library would wait for them for ever, or not at all."""

    daemon_threads = True
    ending: threading.Event
    flood: Flood
    devices: Sequence[ServedDevice]
    _answering: tuple[tuple[threading.Thread, socket.socket], ...] = ()

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), name="sbi-answer", daemon=True
        )
        self._answering = (*(pair for pair in self._answering if pair[0].is_alive()), (thread, request))
        thread.start()

    def dismiss(self, within_s: float) -> None:
        """Once no request is accepted any more: those that are being answered end."""
        for _, connection in self._answering:
            # Whoever waits for its client, to read or to be read, waits no longer.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        deadline_s = time.monotonic() + within_s
        for thread, _ in self._answering:
            thread.join(max(0.0, deadline_s - time.monotonic()))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle of an answer is what clients do: nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _READING_S

    def do_MOSIPDISC(self) -> None:
        body = self._asked("/device")
        if body is None:
            return
        try:
            wanted = DiscoverRequest.from_json(body).type
        except DriverError:
            wanted = ""
        found: list[Message] = [
            device.discovered()
            for device in self.server.devices
            if wanted in (ANY_DEVICE, device.offer.digital_id.type)
        ]
        self._say(list_to_json(found or [Refusal(error=numbered(answers.NO_DEVICE))]))

    def do_MOSIPDINFO(self) -> None:
        if self._asked("/info") is not None:
            self._say(list_to_json([device.info() for device in self.server.devices]))

    def do_RCAPTURE(self) -> None:
        body = self._asked("/capture")
        if body is None:
            return
        if self.server.flood is not Flood.NONE:
            self._flood()
            return
        try:
            request = CaptureRequest.from_json(body)
            device = self._device(request.bio[0].device_id if request.bio else "")
            answer = device.capture(request, self._gone()) if device else _refused(answers.NO_DEVICE)
        except DriverError:
            answer = _refused(answers.BAD_TRANSACTION)
            device = None
        except Silence as silence:
            self._keep_silent(silence)
            return
        said = answer.to_json()
        if device is not None and device.garbles:
            said = said[: len(said) // 2] + b"\xff" * 16 + said[len(said) // 2 + 16 :]
        self._say(said, split=device is not None and device.splits)

    def do_CAPTURE(self) -> None:
        """Captures for authentication are encrypted for a partner of MOSIP's: not offered."""
        if self._asked("/capture") is not None:
            self._say(_refused(answers.NO_DOMAIN_KEY).to_json())

    def do_STREAM(self) -> None:
        body = self._asked("/stream")
        if body is None:
            return
        try:
            device = self._device(StreamRequest.from_json(body).device_id)
        except DriverError:
            device = None
        if device is None:
            self._say(Refusal(error=numbered(answers.NO_DEVICE)).to_json())
            return
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=--frame")
        self.end_headers()
        gone = self._gone()
        if self.server.flood is Flood.ENDLESS_STREAM:
            self._pour(gone)
            return
        try:
            with closing(device.live(gone)) as pictures:
                for jpeg in pictures:
                    head = f"{_BOUNDARY}\r\nContent-type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                    self._send(head.encode() + jpeg + b"\r\n\r\n", split=device.splits)
        except Silence as silence:
            self._keep_silent(silence)
        except DriverError:
            return

    def _asked(self, path: str) -> bytes | None:
        """The request's body; None once it has been refused."""
        size = self.headers.get("Content-Length", "0")
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        self.close_connection = True
        if host not in (_HOST, "localhost"):
            self.send_error(421)
        elif self.path != path:
            self.send_error(404)
        elif not (size.isascii() and size.isdigit() and len(size) < 9 and int(size) <= _REQUEST_LIMIT_BYTES):
            self.send_error(413)
        else:
            return self.rfile.read(int(size))
        return None

    def _device(self, device_id: str) -> ServedDevice | None:
        return next((device for device in self.server.devices if device.offer.device_id == device_id), None)

    def _gone(self) -> Stop:
        """Set once the client has hung up or the service is closed."""
        return Until(self._is_gone)

    def _is_gone(self) -> bool:
        if self.server.ending.is_set():
            return True
        try:
            readable = select.select([self.connection], [], [], 0)[0]
            return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except (OSError, ValueError):
            return True

    def _keep_silent(self, silence: Silence) -> None:
        if silence.hangs:
            self._gone().wait()

    def _say(self, body: bytes, *, split: bool = False) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._send(body, split=split)

    def _send(self, data: bytes, *, split: bool) -> None:
        step = _SPLIT_BYTES if split else max(1, len(data))
        for at in range(0, len(data), step):
            self.wfile.write(data[at : at + step])

    def _flood(self) -> None:
        self.send_response(200)
        if self.server.flood is Flood.HUGE_BODY:
            self.send_header("Content-Length", str(1 << 40))
        self.end_headers()
        if self.server.flood is Flood.NESTED_BODY:
            self.wfile.write(b"[" * _NESTING)
            return
        self._pour(self._gone())

    def _pour(self, gone: Stop) -> None:
        while not gone.is_set():
            self.wfile.write(_FLOOD)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the base class names it so
        """Silent: who is served when is nobody's business."""


def _refused(number: int) -> CaptureAnswer:
    return refused_capture(numbered(number))
