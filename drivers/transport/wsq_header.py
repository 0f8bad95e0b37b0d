"""What a WSQ picture says of itself before its wavelet data: its size and its resolution. Pure, and believes nothing.

FBI, WSQ Gray-Scale Fingerprint Image Compression Specification 3.1 (IAFIS-IC-0110): markers and their segments. The
resolution is no part of it: NIST's programs write it into a comment that begins with NIST_COM.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Final

WSQ: Final = b"\xff\xa0"
_FRAME: Final = b"\xff\xa2"
_BLOCK: Final = b"\xff\xa3"
_TABLES: Final = (b"\xff\xa4", b"\xff\xa5", b"\xff\xa6", b"\xff\xa7")
_COMMENT: Final = b"\xff\xa8"
_SEGMENTS_LIMIT: Final = 64
_PPI: Final = re.compile(rb"^PPI (\d{1,5})\s*$", re.MULTILINE)

_UNSAID_PPI: Final = (0, 255)
"""NIST's programs write -1 where they do not know, or what that is in a byte: half of NIST's own examples say 255."""


@dataclass(frozen=True, slots=True)
class WsqHeader:
    """`resolution_ppi` is None where no comment says it."""

    width: int
    height: int
    resolution_ppi: int | None


def wsq_header(data: bytes) -> WsqHeader | None:
    """None for what is no WSQ picture, or not one whose header is whole."""
    if not data.startswith(WSQ):
        return None
    at, size, ppi = 2, None, None
    for _ in range(_SEGMENTS_LIMIT):
        marker = data[at : at + 2]
        if marker == _BLOCK:
            break
        if marker not in (*_TABLES, _FRAME, _COMMENT) or at + 4 > len(data):
            return None
        (length,) = struct.unpack_from(">H", data, at + 2)
        segment = data[at + 4 : at + 2 + length]
        if length < 2 or len(segment) != length - 2:
            return None
        if marker == _FRAME:
            if size is not None or len(segment) < 6:
                return None
            height, width = struct.unpack_from(">HH", segment, 2)
            size = (width, height)
        elif marker == _COMMENT and ppi is None:
            ppi = _said_ppi(segment)
        at += 2 + length
    return None if size is None else WsqHeader(*size, ppi)


def _said_ppi(comment: bytes) -> int | None:
    found = _PPI.search(comment) if comment.startswith(b"NIST_COM") else None
    return None if found is None or int(found[1]) in _UNSAID_PPI else int(found[1])
