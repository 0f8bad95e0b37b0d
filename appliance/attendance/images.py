"""Images as files: lossless PNG for the record, a small JPEG for the page. Pure array functions."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np

from appliance.errors import QualityError
from drivers.contracts import Pixels

PREVIEW_EDGE_PX = 640
_AFTER_IHDR = 33
"""The signature of 8 bytes and IHDR of 25, which is always the first chunk."""
_INCHES_PER_METRE = 1000 / 25.4
_PNG_FAST = [cv2.IMWRITE_PNG_COMPRESSION, 1]
_JPEG_PREVIEW = [cv2.IMWRITE_JPEG_QUALITY, 70]


def png(pixels: Pixels, resolution_ppi: int | None = None) -> bytes:
    """Lossless PNG (ISO/IEC 15948) of (H, W) or (H, W, 3) B, G, R uint8, with its resolution as pHYs where it is known.

    Level 1: the time is the technician's."""
    data = _encoded(".png", pixels, _PNG_FAST)
    if resolution_ppi is None:
        return data
    per_metre = round(resolution_ppi * _INCHES_PER_METRE)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    return data[:_AFTER_IHDR] + struct.pack(">I", 9) + body + struct.pack(">I", zlib.crc32(body)) + data[_AFTER_IHDR:]


def preview_jpeg(pixels: Pixels, edge_px: int = PREVIEW_EDGE_PX) -> bytes:
    """JPEG of at most `edge_px` along the longer edge; by area, so that ridges do not alias. What is far longer than
    wide keeps a pixel of its width."""
    height, width = pixels.shape[:2]
    scale = edge_px / max(height, width)
    if scale < 1:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return _encoded(".jpg", pixels, _JPEG_PREVIEW)


def _encoded(suffix: str, pixels: Pixels, options: list[int]) -> bytes:
    done, buffer = cv2.imencode(suffix, pixels, options)
    if not done:
        raise QualityError("The device gave an image that cannot be stored: try again.", code="image-not-stored")
    return buffer.tobytes()
