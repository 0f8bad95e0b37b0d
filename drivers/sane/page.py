"""One page as `scanimage` writes it (PNM, binary, 8 bits), straight into the taker's memory. Pure.

Source of the format: netpbm's pgm(5) and ppm(5).
"""

from __future__ import annotations

import re
from typing import Final

import cv2

from drivers.contracts import FramePool, Pixels
from drivers.errors import DeviceProtocolError

_HEADER: Final = re.compile(
    rb"(P[56])(?:\s|#[^\n]*\n)++(\d{1,6})(?:\s|#[^\n]*\n)++(\d{1,6})(?:\s|#[^\n]*\n)++(\d{1,5})\s"
)
"""Possessive, so that what is no header is known to be none in time that grows with its length and no faster."""
_HEADER_MAX: Final = 512
_BYTES_MAX: Final = 1 << 30
_BAND_ROWS: Final = 64


class PageDecoder:
    """Fed with pieces of a page of any size; the picture is `pixels` once it is whole, in B, G, R or grey."""

    def __init__(self, pool: FramePool) -> None:
        self._pool = pool
        self._head = bytearray()
        self._pixels: Pixels | None = None
        self._filled = 0

    @property
    def has_begun(self) -> bool:
        return bool(self._head) or self._pixels is not None

    def feed(self, data: bytes) -> None:
        """DeviceProtocolError for anything that is not this format, or for more bytes than the page has."""
        if self._pixels is None:
            self._head += data
            match = _HEADER.match(self._head)
            if match is None:
                if len(self._head) > _HEADER_MAX or not b"P5P6".count(bytes(self._head[:2])):
                    raise DeviceProtocolError("The scanner's picture is in a format that is not read here.")
                return
            self._begin(match)
            data = bytes(self._head[match.end() :])
        self._fill(data)

    def finish(self) -> Pixels:
        """DeviceProtocolError when pixels are missing."""
        pixels = self._pixels
        if pixels is None or self._filled != pixels.size:
            raise DeviceProtocolError("The scanner's picture ended too early.")
        if pixels.ndim == 3:
            for top in range(0, pixels.shape[0], _BAND_ROWS):
                band = pixels[top : top + _BAND_ROWS]
                band[...] = cv2.cvtColor(band, cv2.COLOR_RGB2BGR)
        return pixels

    def _begin(self, match: re.Match[bytes]) -> None:
        channels = 3 if match[1] == b"P6" else 1
        width, height, maximum = int(match[2]), int(match[3]), int(match[4])
        if maximum != 255 or not width or not height or width * height * channels > _BYTES_MAX:
            raise DeviceProtocolError("The scanner's picture is not of 8 bits, or of an impossible size.")
        self._pixels = self._pool.take(height, width, channels)

    def _fill(self, data: bytes) -> None:
        if self._pixels is None:
            return
        if self._filled + len(data) > self._pixels.size:
            raise DeviceProtocolError("The scanner sent more than its picture holds.")
        self._pixels.reshape(-1).data[self._filled : self._filled + len(data)] = data
        self._filled += len(data)
