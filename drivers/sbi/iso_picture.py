"""The picture inside an ISO/IEC 19794 image record: raw, PNG, JPEG, JPEG 2000 or WSQ, decoded only when its own header
says the size that the record says. Pure, but for WSQ, which has a process of its own.

JPEG 2000: ISO/IEC 15444-1 annex A.5.1 (SIZ) and annex I (JP2 boxes). Other headers: `transport.picture_header`.
"""

from __future__ import annotations

import struct
from enum import StrEnum
from typing import Final

import cv2
import numpy as np

from drivers.contracts import Pixels
from drivers.errors import DeviceFault, RequestUnsupported
from drivers.sbi.iso_bytes import refused
from drivers.transport.picture_file import LARGEST_PIXELS
from drivers.transport.picture_header import PNG as PNG_SIGNATURE
from drivers.transport.picture_header import is_jpeg, picture_size
from drivers.transport.wsq import WsqRefused, WsqUnavailable, decode_wsq, encode_wsq
from drivers.transport.wsq_header import WSQ

_JP2_SIGNATURE: Final = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_CODESTREAM: Final = b"\xff\x4f\xff\x51"
_BOXES_LIMIT: Final = 64
_NO_WSQ: Final = "The scanner sends WSQ images, which this post cannot read: set it to JPEG 2000."


class Coding(StrEnum):
    RAW = "raw"
    PNG = "png"
    JPEG = "jpeg"
    JPEG_2000 = "jpeg-2000"
    WSQ = "wsq"

    @property
    def lossy(self) -> bool:
        """Whether what it holds may have lost something: of JPEG 2000, both kinds are called the same."""
        return self not in (Coding.RAW, Coding.PNG)


def decode_picture(coding: Coding, data: bytes, into: Pixels) -> None:
    """Fill (H, W) or (H, W, 3) B, G, R uint8 `into`, whose shape is what the record announces.

    Raises DeviceProtocolError; RequestUnsupported for WSQ where there is no decoder."""
    height, width = into.shape[:2]
    if coding is Coding.RAW:
        if len(data) != into.size:
            raise refused("it has another number of pixels than it announces")
        into[...] = np.frombuffer(data, np.uint8).reshape(into.shape)
        return
    if _size(coding, data) != (width, height):
        raise refused("its picture is of another format or size than it announces")
    if coding is Coding.WSQ:
        into[...] = _decoded_wsq(data, into)
        return
    flags = cv2.IMREAD_GRAYSCALE if into.ndim == 2 else cv2.IMREAD_COLOR
    try:
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        decoded = None
    if decoded is None or decoded.shape != into.shape or decoded.dtype != np.uint8:
        raise refused("its picture is damaged")
    into[...] = decoded


def encode_picture(coding: Coding, pixels: Pixels) -> bytes:
    """Without loss, but for JPEG and WSQ. `pixels` as in `decode_picture`; JPEG 2000 needs 32 each way, WSQ 64.

    Raises DeviceFault."""
    match coding:
        case Coding.RAW:
            return pixels.tobytes()
        case Coding.PNG:
            encoded, data = cv2.imencode(".png", pixels)
        case Coding.JPEG:
            encoded, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 95])
        case Coding.WSQ:
            return _encoded_wsq(pixels)
        case Coding.JPEG_2000:
            encoded, data = cv2.imencode(".jp2", pixels, [cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, 1000])
    if not encoded:
        raise DeviceFault("An image could not be encoded.")
    return data.tobytes()


def _decoded_wsq(data: bytes, into: Pixels) -> Pixels:
    try:
        decoded = decode_wsq(data)
    except WsqUnavailable:
        raise RequestUnsupported(_NO_WSQ) from None
    except WsqRefused:
        raise refused("its picture is damaged") from None
    if decoded.shape != into.shape:
        raise refused("its picture is of another size than it announces")
    return decoded


def _encoded_wsq(pixels: Pixels) -> bytes:
    try:
        return encode_wsq(pixels)
    except (WsqRefused, WsqUnavailable) as failure:
        raise DeviceFault("An image could not be encoded.") from failure


def check_announced(width: int, height: int) -> None:
    """Before memory is taken for it."""
    if width < 1 or height < 1 or width * height > LARGEST_PIXELS:
        raise refused("it announces an impossible size")


def _size(coding: Coding, data: bytes) -> tuple[int, int] | None:
    """(width, height) as the picture's own header says; None where it is not of that coding."""
    match coding:
        case Coding.PNG:
            return picture_size(data) if data.startswith(PNG_SIGNATURE) else None
        case Coding.JPEG:
            return picture_size(data) if is_jpeg(data) else None
        case Coding.WSQ:
            return picture_size(data) if data.startswith(WSQ) else None
        case _:
            return _jpeg_2000_size(data)


def _jpeg_2000_size(data: bytes) -> tuple[int, int] | None:
    """Of the code stream, which is what is decoded, whatever the boxes before it say."""
    stream = data if data.startswith(_CODESTREAM) else _boxed_codestream(data)
    if stream is None or not stream.startswith(_CODESTREAM) or len(stream) < 40:
        return None
    right, bottom, left, top = struct.unpack_from(">4I", stream, 8)
    return right - left, bottom - top


def _boxed_codestream(data: bytes) -> bytes | None:
    """What the first contiguous code stream box (`jp2c`) of a JP2 file holds."""
    if not data.startswith(_JP2_SIGNATURE):
        return None
    at = 0
    for _ in range(_BOXES_LIMIT):
        if at + 16 > len(data):
            return None
        length, kind = struct.unpack_from(">I4s", data, at)
        header = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, at + 8)
            header = 16
        if kind == b"jp2c":
            return data[at + header : at + header + 64]
        if length < header:
            return None
        at += length
    return None
