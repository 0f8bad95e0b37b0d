"""How large a picture says it is, read from its first bytes, so that a bomb is refused before it is decoded. Pure.

Knows the formats that captures come in: PNG (ISO/IEC 15948), JPEG (ISO/IEC 10918-1), TIFF 6.0 and BigTIFF,
BMP, the binary and plain netpbm family, and WSQ. Anything else has no size here.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Collection

from drivers.transport.wsq_header import WSQ, wsq_header

PNG = b"\x89PNG\r\n\x1a\n"
_NETPBM = re.compile(rb"P([1-6])(?:\s+|#[^\n]*\n)+(\d{1,9})(?:\s+|#[^\n]*\n)+(\d{1,9})\s")
_NETPBM_HEADER_BYTES = 4096
_JPEG_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_TIFF_WIDTH, _TIFF_HEIGHT = 256, 257
_TIFF_VALUES = {1: "B", 3: "H", 4: "I", 5: "I", 16: "Q"}


def picture_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) as the header declares them, None for what is not a whole header of a known format."""
    try:
        if data.startswith(PNG):
            return _png(data)
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
            return _tiff(data)
        if data.startswith(b"BM"):
            return _bmp(data)
        if data.startswith(WSQ):
            header = wsq_header(data)
            return None if header is None else (header.width, header.height)
        return _netpbm(data)
    except struct.error:
        return None


def is_jpeg(data: bytes) -> bool:
    return data.startswith(b"\xff\xd8\xff")


def is_film(data: bytes) -> bool:
    """Whether these are the first bytes of MP4/QuickTime, AVI or Matroska: never a playlist that names other files."""
    avi = data.startswith(b"RIFF") and data[8:12] == b"AVI "
    return data[4:8] == b"ftyp" or avi or data.startswith(b"\x1a\x45\xdf\xa3")


def _png(data: bytes) -> tuple[int, int] | None:
    if data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _jpeg(data: bytes) -> tuple[int, int] | None:
    offset = 2
    while offset + 4 <= len(data):
        if data[offset] != 0xFF:
            return None
        marker = data[offset + 1]
        if marker == 0xFF:
            offset += 1
        elif marker in _JPEG_STANDALONE:
            offset += 2
        elif marker in _JPEG_SOF:
            height, width = struct.unpack_from(">HH", data, offset + 5)
            return width, height
        else:
            (length,) = struct.unpack_from(">H", data, offset + 2)
            offset += 2 + max(length, 2)
    return None


def _bmp(data: bytes) -> tuple[int, int] | None:
    (header_bytes,) = struct.unpack_from("<I", data, 14)
    if header_bytes == 12:
        width, height = struct.unpack_from("<HH", data, 18)
    else:
        width, height = struct.unpack_from("<ii", data, 18)
    return abs(width), abs(height)


def _netpbm(data: bytes) -> tuple[int, int] | None:
    found = _NETPBM.match(data[:_NETPBM_HEADER_BYTES])
    return (int(found[2]), int(found[3])) if found else None


def _tiff(data: bytes) -> tuple[int, int] | None:
    found = tiff_values(data, (_TIFF_WIDTH, _TIFF_HEIGHT))
    return (found[_TIFF_WIDTH], found[_TIFF_HEIGHT]) if found is not None and len(found) == 2 else None


def tiff_values(data: bytes, tags: Collection[int]) -> dict[int, int] | None:
    """Of the first directory; a fraction's is the offset at which it lies. None where there is no directory.

    BigTIFF differs in the width of its counts and offsets. Raises struct.error where the file is cut short.
    """
    order = "<" if data[:2] == b"II" else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    offset_at, offset_type, count_type, entry_bytes, value_at = (8, "Q", "Q", 20, 12) if big else (4, "I", "H", 12, 8)
    (directory,) = struct.unpack_from(order + offset_type, data, offset_at)
    if directory >= len(data):
        return None
    (entries,) = struct.unpack_from(order + count_type, data, directory)
    values: dict[int, int] = {}
    first = directory + struct.calcsize(count_type)
    for index in range(min(entries, 4096)):
        entry = first + index * entry_bytes
        tag, kind = struct.unpack_from(order + "HH", data, entry)
        if tag in tags and kind in _TIFF_VALUES:
            (values[tag],) = struct.unpack_from(order + _TIFF_VALUES[kind], data, entry + value_at)
    return values
