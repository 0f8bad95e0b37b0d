"""Images as files: lossless PNG for the record, a small JPEG for the page. Pure array functions."""

from __future__ import annotations

import cv2
import numpy as np

from appliance.errors import QualityError, StorageCorrupted
from drivers.contracts import Pixels

PREVIEW_EDGE_PX = 640
_PNG_FAST = [cv2.IMWRITE_PNG_COMPRESSION, 1]
_JPEG_PREVIEW = [cv2.IMWRITE_JPEG_QUALITY, 70]


def png(pixels: Pixels) -> bytes:
    """Lossless PNG (ISO/IEC 15948) of (H, W) or (H, W, 3) B, G, R uint8. Level 1: the time is the technician's."""
    return _encoded(".png", pixels, _PNG_FAST)


def pixels_of(data: bytes) -> Pixels:
    """Of a stored image, as it was. Raises StorageCorrupted: it cannot be read."""
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_ANYCOLOR)
    if decoded is None:
        raise StorageCorrupted("A stored image cannot be shown: capture it again.", code="image-altered")
    return np.asarray(decoded, np.uint8)


def preview_jpeg(pixels: Pixels, edge_px: int = PREVIEW_EDGE_PX) -> bytes:
    """JPEG of at most `edge_px` along the longer edge; by area, so that ridges do not alias."""
    longest = max(pixels.shape[:2])
    if longest > edge_px:
        scale = edge_px / longest
        pixels = np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    return _encoded(".jpg", pixels, _JPEG_PREVIEW)


def _encoded(suffix: str, pixels: Pixels, options: list[int]) -> bytes:
    done, buffer = cv2.imencode(suffix, pixels, options)
    if not done:
        raise QualityError("The device gave an image that cannot be stored: try again.", code="image-not-stored")
    return buffer.tobytes()
