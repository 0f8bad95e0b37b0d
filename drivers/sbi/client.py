"""SBI's five requests, each with its time-out and the most that its answer may be. Believes nothing: see `checks`.

MOSIP SBI 0.9.5; time-outs as in its registration client (5 s for discovery and info).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from drivers.contracts import Stop
from drivers.sbi.answers import raise_if_error
from drivers.sbi.messages import (
    CaptureAnswer,
    CaptureRequest,
    DiscoveredDevice,
    DiscoverRequest,
    ErrorInfo,
    InfoAnswer,
    Refusal,
    StreamRequest,
    discovered_from_json,
    infos_from_json,
)
from drivers.sbi.mjpeg import MjpegReader
from drivers.sbi.wire import Answer, asked

PORTS: Final = range(4501, 4601)
_SMALL_ANSWER_BYTES: Final = 1024 * 1024
_CAPTURE_ANSWER_BYTES: Final = 64 * 1024 * 1024
"""Four fingers of 1600 × 1500 pixels, not compressed, in base64 twice, are 18 MB."""

Live = Generator[tuple[bytes, Answer], None, None]


def discover(port: int, kind: str, *, deadline_s: float, stop: Stop) -> tuple[DiscoveredDevice | ErrorInfo, ...]:
    """What the service offers of this kind. Raises drivers' errors, as do all of these."""
    body = DiscoverRequest(type=kind).to_json()
    with asked(port, "MOSIPDISC", "/device", body, deadline_s=deadline_s, stop=stop) as answer:
        return discovered_from_json(answer.body(_SMALL_ANSWER_BYTES))


def device_infos(port: int, *, deadline_s: float, stop: Stop) -> tuple[InfoAnswer, ...]:
    with asked(port, "MOSIPDINFO", "/info", b"", deadline_s=deadline_s, stop=stop) as answer:
        return infos_from_json(answer.body(_SMALL_ANSWER_BYTES))


def capture(port: int, request: CaptureRequest, *, deadline_s: float, stop: Stop) -> CaptureAnswer:
    body = request.to_json()
    with asked(port, "RCAPTURE", "/capture", body, deadline_s=deadline_s, stop=stop) as answer:
        return CaptureAnswer.from_json(answer.body(_CAPTURE_ANSWER_BYTES))


def live_pictures(port: int, request: StreamRequest, *, deadline_s: float, stop: Stop) -> Live:
    """JPEG pictures, the newest of those that came at once; `Answer.extend` gives the next one more time.

    Ends with the service's stream. Raises what a service answers that has none.
    """
    body = request.to_json()
    with asked(port, "STREAM", "/stream", body, deadline_s=deadline_s, stop=stop) as answer:
        reader, came = MjpegReader(), False
        for piece in answer.pieces():
            if not came and piece.startswith(b"{"):
                raise_if_error(Refusal.from_json(piece).error)
            came = True
            if pictures := reader.feed(piece):
                yield pictures[-1], answer
