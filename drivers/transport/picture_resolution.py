"""Which resolution a picture says it has, read from its header. Pure; believes no number that says nothing.

PNG pHYs (ISO/IEC 15948 §11.3.5.3), TIFF 6.0 tags 282, 283 and 296, BMP, JFIF, and the comment of NIST's WSQ programs.
"""

from __future__ import annotations

import struct
from typing import Final

from drivers.transport.picture_header import PNG, is_jpeg, tiff_values
from drivers.transport.wsq_header import WSQ, wsq_header

LEAST_BELIEVED_PPI: Final = 200
"""What programs write that do not know (1, 72, 96) lies below, every scanner of fingers and pages above."""
_INCH_MM: Final = 25.4
_CHUNKS_LIMIT: Final = 64
_TIFF_ACROSS, _TIFF_DOWN, _TIFF_UNIT = 282, 283, 296
_JFIF: Final = b"JFIF\0"


def declared_ppi(data: bytes) -> int | None:
    """Pixels an inch, both ways the same; None where the file does not say so, or says what nobody can mean."""
    try:
        found = _declared(data)
    except struct.error:
        return None
    return found if found is not None and LEAST_BELIEVED_PPI <= found <= 10_000 else None


def _declared(data: bytes) -> int | None:
    if data.startswith(PNG):
        return _png(data)
    if data.startswith(WSQ):
        header = wsq_header(data)
        return None if header is None else header.resolution_ppi
    if data.startswith(b"BM"):
        (header_bytes,) = struct.unpack_from("<I", data, 14)
        across, down = struct.unpack_from("<ii", data, 38) if header_bytes >= 40 else (0, 0)
        return _of_metres(across, down)
    if is_jpeg(data):
        return _jfif(data)
    return _tiff(data) if data[:2] in (b"II", b"MM") else None


def _of_metres(across: int, down: int) -> int | None:
    return round(across * _INCH_MM / 1000) if across == down and across > 0 else None


def _png(data: bytes) -> int | None:
    at = len(PNG)
    for _ in range(_CHUNKS_LIMIT):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"pHYs" and length == 9:
            across, down, unit = struct.unpack_from(">IIB", data, at + 8)
            return _of_metres(across, down) if unit == 1 else None
        if kind == b"IDAT":
            return None
        at += 12 + length
    return None


def _jfif(data: bytes) -> int | None:
    if data[2:4] != b"\xff\xe0" or data[6:11] != _JFIF:
        return None
    unit, across, down = struct.unpack_from(">BHH", data, 13)
    if across != down or unit not in (1, 2):
        return None
    return int(across) if unit == 1 else round(across * 2.54)


def _tiff(data: bytes) -> int | None:
    order = "<" if data[:2] == b"II" else ">"
    values = tiff_values(data, (_TIFF_ACROSS, _TIFF_DOWN, _TIFF_UNIT))
    if values is None or not {_TIFF_ACROSS, _TIFF_DOWN} <= values.keys() or data[2:4] in (b"+\0", b"\0+"):
        return None
    across, down = (struct.unpack_from(order + "II", data, values[tag]) for tag in (_TIFF_ACROSS, _TIFF_DOWN))
    unit = values.get(_TIFF_UNIT, 2)
    if across != down or across[1] == 0 or unit not in (2, 3):
        return None
    rate: float = across[0] / across[1]
    return round(rate if unit == 2 else rate * 2.54)
