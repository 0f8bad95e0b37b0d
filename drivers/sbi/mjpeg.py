"""A stream of JPEG pictures over HTTP, taken apart by each part's own Content-Length. Pure.

RFC 2046 §5.1 names a boundary, but the services in the field do not send the one they announce, so that it is only
known as a line that begins with two hyphens.
"""

from __future__ import annotations

from typing import Final

from drivers.errors import DeviceProtocolError

HEADER_LIMIT_BYTES: Final = 8 * 1024
PART_LIMIT_BYTES: Final = 16 * 1024 * 1024


class MjpegReader:
    """Puts pictures together from pieces of any size. After an error it must not be fed any more."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._length: int | None = None
        self._awaited: int | None = None
        self._header_bytes = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The pictures that `data` completes. Raises DeviceProtocolError for what is no such stream."""
        self._buffer += data
        pictures: list[bytes] = []
        while True:
            if self._awaited is None and not self._read_header():
                return pictures
            if self._awaited is None or len(self._buffer) < self._awaited:
                return pictures
            pictures.append(bytes(self._buffer[: self._awaited]))
            del self._buffer[: self._awaited]
            self._awaited, self._length = None, None

    def _read_header(self) -> bool:
        """Whether a whole header has been read; its length is then awaited."""
        while (end := self._buffer.find(b"\n")) >= 0:
            line = bytes(self._buffer[:end]).strip()
            del self._buffer[: end + 1]
            self._spend(end + 1)
            if line and not line.startswith(b"--"):
                self._note(line)
            elif not line and self._length is not None:
                self._awaited, self._header_bytes = self._length, 0
                return True
        if self._header_bytes + len(self._buffer) > HEADER_LIMIT_BYTES:
            raise DeviceProtocolError("The scanner's live pictures do not begin.")
        return False

    def _spend(self, count: int) -> None:
        self._header_bytes += count
        if self._header_bytes > HEADER_LIMIT_BYTES:
            raise DeviceProtocolError("The scanner's live pictures do not begin.")

    def _note(self, line: bytes) -> None:
        name, colon, value = line.partition(b":")
        if not colon:
            raise DeviceProtocolError("The scanner's live pictures come without their size.")
        if name.strip().lower() != b"content-length":
            return
        digits = value.strip()
        # Nine digits at most: more is over the limit anyway, and never a number of a million digits.
        if not digits.isdigit() or len(digits) > 9 or not 1 <= int(digits) <= PART_LIMIT_BYTES:
            raise DeviceProtocolError("The scanner announces a live picture of an impossible size.")
        self._length = int(digits)
