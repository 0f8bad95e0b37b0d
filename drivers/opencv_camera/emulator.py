"""A network camera's end of the wire: MJPEG over HTTP, as the real ones send it. Misbehaves by its fault plan.

    python -m drivers.opencv_camera.emulator --image portrait.jpg --rate-hz 15

prints its address on the first line and runs until it is ended. It listens on the loopback only.
"""

from __future__ import annotations

import argparse
import base64
import hmac
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import cv2
import msgspec
import numpy as np

from drivers.contracts import Pixels
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.opencv_camera.told_time import telling

_BOUNDARY: Final = "frame"
_SPLIT_BYTES: Final = 1000


@dataclass(frozen=True, kw_only=True)
class CameraSettings:
    """`images` are (H, W, 3) uint8 of one size, shown in turn. `log_in` is `name:password` for HTTP's Basic.

    Without `says_length` a picture ends where the next one begins, as many a camera has it. With `tells_time` each
    tells when it was made (`told_time`).
    """

    images: Sequence[Pixels]
    faults: FaultPlan = WELL_BEHAVED
    rate_hz: float = 25.0
    log_in: str = ""
    says_length: bool = True
    tells_time: bool = False


class Log:
    """What the camera has done so far: how many streams it began, and pictures it sent in the newest of them."""

    def __init__(self) -> None:
        self.streams = 0
        self.sent = 0


class HttpCamera:
    """An emulated network camera, answered for by threads; `address` is where it streams, at `port` if one is named."""

    def __init__(self, settings: CameraSettings, port: int = 0) -> None:
        ending = threading.Event()
        self.log = done = Log()
        jpegs = [_jpeg(image) for image in settings.images]

        class Handler(_Handler):
            camera = settings
            frames = jpegs
            over = ending
            log = done

        self._ending = ending
        self._server = _Server(("127.0.0.1", port), Handler)
        self.port = int(self._server.server_address[1])
        self.address = f"http://127.0.0.1:{self.port}/stream"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="camera-emulator")
        self._thread.start()

    def close(self) -> None:
        """Ends every stream at once, like pulling the cable. May be called twice."""
        if self._ending.is_set():
            return
        self._ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle of a stream is what clients do: nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    camera: CameraSettings
    frames: Sequence[bytes]
    over: threading.Event
    log: Log

    def do_GET(self) -> None:
        if not self._is_let_in():
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
        self.end_headers()
        self._stream()

    def _is_let_in(self) -> bool:
        if self.camera.faults.refuse:
            return False
        expected = "Basic " + base64.b64encode(self.camera.log_in.encode()).decode()
        return not self.camera.log_in or hmac.compare_digest(self.headers.get("Authorization", ""), expected)

    def _stream(self) -> None:
        given = 0
        self.log.streams += 1
        while not self.over.wait(1 / self.camera.rate_hz):
            plan = self.camera.faults if self.camera.faults.due(given) else WELL_BEHAVED
            if plan.unplug or plan.crash:
                return
            if plan.hang or plan.drop:
                self.over.wait()
                return
            first = given == self.camera.faults.after_frames
            if self.over.wait(plan.delay_s + (plan.absent_s if first else 0)):
                return
            number = given % len(self.frames)
            jpeg = self.frames[number]
            if self.camera.tells_time:
                jpeg = _jpeg(telling(self.camera.images[number], time.monotonic_ns()))
            if plan.corrupt or plan.wrong_size or plan.fault:
                jpeg = b"\x00" * len(jpeg)
            given += 1
            self.log.sent = given
            self._send(jpeg, split=plan.split)

    def _send(self, jpeg: bytes, *, split: bool) -> None:
        length = f"Content-Length: {len(jpeg)}\r\n" if self.camera.says_length else ""
        head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\n{length}\r\n".encode()
        part = head + jpeg + b"\r\n"
        step = _SPLIT_BYTES if split else len(part)
        for at in range(0, len(part), step):
            self.wfile.write(part[at : at + step])
            self.wfile.flush()

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the base class names it so
        """Silent: an address may hold a log-in."""


def _jpeg(image: Pixels) -> bytes:
    return cv2.imencode(".jpg", image)[1].tobytes()


def drawn_portraits(count: int = 10, height: int = 480, width: int = 640) -> list[Pixels]:
    """A head-like oval that moves a little from frame to frame, (H, W, 3) uint8: nobody's portrait."""
    images = []
    for number in range(count):
        image = np.full((height, width, 3), (200, 205, 210), np.uint8)
        centre = (width // 2 + number * 4 - count * 2, height // 2)
        cv2.ellipse(image, centre, (width // 7, height // 4), 0, 0, 360, (120, 150, 200), -1)
        cv2.putText(image, str(number), (20, height - 20), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (40, 40, 40), 3)
        images.append(image)
    return images


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m drivers.opencv_camera.emulator", description="A network camera.")
    parser.add_argument("--image", type=Path, action="append", default=[], help="shown in turn; drawn without any")
    parser.add_argument("--faults", default="{}", help="a fault plan as JSON")
    parser.add_argument("--rate-hz", type=float, default=25.0)
    chosen = parser.parse_args(arguments)
    try:
        faults = msgspec.json.decode(chosen.faults, type=FaultPlan)
    except msgspec.DecodeError as error:
        parser.error(f"--faults: {error}")
    images: list[Pixels] = []
    for path in chosen.image:
        image = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if image is None:
            parser.error(f"{path} is not an image")
        images.append(image.astype(np.uint8, copy=False))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = CameraSettings(images=images or drawn_portraits(), faults=faults, rate_hz=chosen.rate_hz)
    with HttpCamera(settings) as camera:
        sys.stdout.write(f"{camera.address}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
