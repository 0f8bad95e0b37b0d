"""A network camera of 1280 × 720 pixels at 30 frames a second that numbers its pictures and notes when each went out.

    python -m tests.bench.clocked_camera FRAMES

prints its address, then serves each client FRAMES pictures from number 0 on. `GET /sent` is a JSON list: when each
number went to the last client, monotonic ns.
"""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import cv2
import numpy as np

from drivers.contracts import Pixels
from drivers.lifeline import exit_at_end_of

HEIGHT: Final = 720
WIDTH: Final = 1280
RATE_HZ: Final = 30.0
_BITS: Final = 12
_BAR_PX: Final = 32


def numbered(number: int) -> Pixels:
    """(720, 1280, 3) uint8: a face's worth of texture, and the number as bars that survive JPEG."""
    random = np.random.default_rng(1)
    coarse = random.integers(60, 200, (HEIGHT // 16, WIDTH // 16, 3), np.uint8)
    image = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    for bit in range(_BITS):
        image[:_BAR_PX, bit * _BAR_PX : (bit + 1) * _BAR_PX] = 255 * (number >> bit & 1)
    return image


def number_in(image: Pixels) -> int:
    """What `numbered` wrote, also in a picture made smaller."""
    bar_px = _BAR_PX * image.shape[1] // WIDTH
    middle = image[bar_px // 2, bar_px // 2 : _BITS * bar_px : bar_px, 0]
    return int(((middle > 127) << np.arange(_BITS)).sum())


def main() -> None:
    exit_at_end_of(sys.stdin.fileno())
    frames = [cv2.imencode(".jpg", numbered(number))[1].tobytes() for number in range(int(sys.argv[1]))]
    sent: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/sent":
                body = json.dumps(sent).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            mine: list[int] = []
            due = time.monotonic()
            for jpeg in frames:
                time.sleep(max(0.0, due - time.monotonic()))
                due += 1 / RATE_HZ
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n".encode()
                # Its boundary goes out with it: FFmpeg gives a picture once it sees the next one's.
                mine.append(time.monotonic_ns())
                self.wfile.write(head + jpeg + b"\r\n")
            self.wfile.write(b"--frame--\r\n")
            sent[:] = mine

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class names it so
            """Silent."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Who only looks whether the camera is there leaves in the middle of a picture."""

    server = Server(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}/stream\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
