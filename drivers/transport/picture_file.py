"""Still pictures from files, as pixels: grey or colour, 8 bits, whatever they were stored as.

Responsible for refusing what is not a picture, or too large a one, by name and before it costs memory.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels
from drivers.transport.picture_header import is_jpeg, picture_size
from drivers.transport.wsq import WsqRefused, WsqUnavailable, decode_wsq
from drivers.transport.wsq_header import WSQ

LARGEST_FILE_BYTES = 256 * 1024 * 1024
LARGEST_PIXELS = 64 * 1024 * 1024
"""An A4 page at 600 ppi has 35 million."""
_DAMAGED = "it is damaged or cut short"


class Refusal(StrEnum):
    MISSING = "file-missing"
    UNREADABLE = "file-unreadable"
    NOT_A_PICTURE = "not-an-image"
    TOO_LARGE = "image-too-large"
    NO_DECODER = "no-wsq-decoder"


class PictureRefused(Exception):
    """`refusal` is the stable reason; the sentence names no path, whoever knows the path says it."""

    def __init__(self, refusal: Refusal, sentence: str) -> None:
        super().__init__(sentence)
        self.refusal = refusal
        self.sentence = sentence


def read_bytes(path: Path) -> bytes:
    """A whole file of bounded size. Raises PictureRefused."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE_BYTES:
            raise PictureRefused(Refusal.TOO_LARGE, f"the file has {size} bytes, more than {LARGEST_FILE_BYTES}")
        if not path.is_file():
            raise PictureRefused(Refusal.UNREADABLE, "it is not an ordinary file")
        return path.read_bytes()
    except FileNotFoundError:
        raise PictureRefused(Refusal.MISSING, "there is no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PictureRefused(Refusal.UNREADABLE, f"the file cannot be read ({reason})") from None


def decode_picture(data: bytes) -> Pixels:
    """(H, W) or (H, W, 3) B, G, R uint8, upright where EXIF says so. Raises PictureRefused.

    16-bit samples keep their upper 8 bits, transparency is laid over white, palettes are resolved.
    """
    size = picture_size(data)
    if size is None or min(size) < 1:
        # Its size comes late in a JPEG: what is said of the camera and a small picture may come first.
        sentence = _DAMAGED if is_jpeg(data) else "it is not a PNG, JPEG, TIFF, BMP, netpbm or WSQ picture"
        raise PictureRefused(Refusal.NOT_A_PICTURE, sentence)
    width, height = size
    if width * height > LARGEST_PIXELS:
        raise PictureRefused(
            Refusal.TOO_LARGE, f"it declares {width} x {height} pixels, more than {LARGEST_PIXELS} in all"
        )
    if data.startswith(WSQ):
        return _decoded_wsq(data)
    # The flag for "unchanged" keeps alpha but ignores EXIF; JPEG has no alpha, so it takes the other one.
    flags = cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH if is_jpeg(data) else cv2.IMREAD_UNCHANGED
    try:
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        decoded = None
    if decoded is None:
        raise PictureRefused(Refusal.NOT_A_PICTURE, _DAMAGED)
    return _eight_bits(_without_alpha(decoded))


def _decoded_wsq(data: bytes) -> Pixels:
    try:
        return decode_wsq(data)
    except WsqUnavailable as missing:
        raise PictureRefused(Refusal.NO_DECODER, missing.sentence) from None
    except WsqRefused as refused:
        raise PictureRefused(Refusal.NOT_A_PICTURE, refused.sentence) from None


def _eight_bits(samples: NDArray[Any]) -> Pixels:
    if samples.dtype == np.uint16:
        samples = (samples >> 8).astype(np.uint8)
    if samples.dtype != np.uint8:
        raise PictureRefused(Refusal.NOT_A_PICTURE, "its samples are neither 8 nor 16 bits wide")
    return np.ascontiguousarray(samples)


def _without_alpha(samples: NDArray[Any]) -> NDArray[Any]:
    """Lays a picture with two or four channels over white."""
    if samples.ndim == 3 and samples.shape[2] in (2, 4) and samples.dtype in (np.uint8, np.uint16):
        opaque = float(np.iinfo(samples.dtype).max)
        alpha = samples[..., -1:].astype(np.float32) / opaque
        over_white = samples[..., :-1] * alpha + opaque * (1.0 - alpha)
        samples = np.round(over_white).astype(samples.dtype)
    return samples[..., 0] if samples.ndim == 3 and samples.shape[2] == 1 else samples


def as_grey(pixels: Pixels) -> Pixels:
    """(H, W) by ITU-R BT.601, as OpenCV does."""
    return pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)


def as_colour(pixels: Pixels) -> Pixels:
    """(H, W, 3)."""
    return pixels if pixels.ndim == 3 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), np.uint8)
