"""What a driver and its helper on the system's Python say to each other, as bytes and back.

Standard library only: both Pythons read it. A message is its length (4 bytes, big endian) and a JSON object; `bytes`
in it announces that many raw bytes behind it. Commands are told by `do`, events by `event`; what they are is each
helper's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

LIMIT_BYTES = 64 * 1024
RAW_LIMIT_BYTES = 16 * 1024 * 1024
_PREFIX_BYTES = 4


class WireError(ValueError):
    """Bytes that are no message."""


def to_bytes(message: dict[str, Any], raw: bytes = b"") -> bytes:
    body = json.dumps(message | ({"bytes": len(raw)} if raw else {})).encode()
    return len(body).to_bytes(_PREFIX_BYTES, "big") + body + raw


class Reader:
    """Puts messages together again from pieces of any size."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
        """(message, raw) of each message that `data` completes. Raises WireError."""
        self._buffer += data
        while (found := self._next()) is not None:
            yield found

    def _next(self) -> tuple[dict[str, Any], bytes] | None:
        if len(self._buffer) < _PREFIX_BYTES:
            return None
        begin = _PREFIX_BYTES + int.from_bytes(self._buffer[:_PREFIX_BYTES], "big")
        if begin > LIMIT_BYTES:
            raise WireError("a message over the limit")
        if len(self._buffer) < begin:
            return None
        try:
            message = json.loads(self._buffer[_PREFIX_BYTES:begin])
        except ValueError as error:
            raise WireError("no JSON") from error
        size = message.get("bytes", 0) if isinstance(message, dict) else None
        if not isinstance(size, int) or not 0 <= size <= RAW_LIMIT_BYTES:
            raise WireError("no message")
        if len(self._buffer) < begin + size:
            return None
        raw = bytes(self._buffer[begin : begin + size])
        del self._buffer[: begin + size]
        return message, raw
