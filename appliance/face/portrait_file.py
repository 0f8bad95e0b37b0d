"""A portrait as a file: lossless, or coded with loss once, within the bytes that a rule book allows.

Pixels are taken as sRGB (IEC 61966-2-1), which is what the cameras of a counter give, and files say so: PNG in its
chunk `sRGB`, JPEG 2000 in its box `colr`; JPEG (JFIF) has no place for it and is read as sRGB. Nothing is converted.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from appliance.errors import QualityError
from appliance.face.jpeg_2000 import jpeg_2000
from appliance.face.picture import require_picture
from drivers.contracts import Pixels

_PERCEPTUAL: Final = 0
_KIBIBYTE: Final = 1024
_COARSENESS: Final = 1000
"""JPEG 2000's coder is asked again for a thousandth less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortraitSource:
    """`pixels`: (H, W, 3) uint8 B, G, R in sRGB. `was_lossy`: whether they came out of a file coded with loss, as a
    camera's JPEG is."""

    pixels: Pixels
    was_lossy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLimits:
    """In bytes, headers included. `least_bytes` is a goal: a plain picture may not need so many."""

    least_bytes: int
    most_bytes: int


@dataclass(frozen=True, slots=True)
class PortraitFile:
    """`ratio`: bytes of the pixels for one of the file's. `missing_bytes`: how many the file has fewer than it should;
    0 where it is within its limits. `setting`: JPEG's quality, or the bytes that JPEG 2000's coder was asked for."""

    data: bytes
    ratio: float
    missing_bytes: int
    setting: int


CHIP_IMAGE: Final = FileLimits(least_bytes=math.ceil(0.95 * 17 * _KIBIBYTE), most_bytes=17 * _KIBIBYTE)
"""622 by 800 as JPEG 2000 (BSI TR-03121-3, 5.6.2)."""
JPEG_MOST_RATIO: Final = 15.0
JPEG_RATIO: Final = 5.0
"""Allowed and recommended (volume 4, table 4.10)."""
JPEG_2000_MOST_RATIO: Final = 20.0
"""Volume 6, table 4.7."""


def by_ratio(pixels: Pixels, *, most_ratio: float, ratio: float = 1.0) -> FileLimits:
    """What a file of these pixels may have when it may be up to `most_ratio` times smaller and should be `ratio`."""
    return FileLimits(least_bytes=math.ceil(pixels.nbytes / most_ratio), most_bytes=math.floor(pixels.nbytes / ratio))


def portrait_png(pixels: Pixels) -> bytes:
    """Lossless PNG (ISO/IEC 15948) of (H, W, 3) uint8 B, G, R, which says that they are sRGB. Raises QualityError."""
    _require_colour(pixels)
    data = _encoded(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 6])
    body = b"sRGB" + struct.pack(">B", _PERCEPTUAL)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    # The encoder may say so itself: a file has the chunk once.
    chunks = [one for kind, one in _chunks(data) if kind not in (b"sRGB", b"iCCP", b"gAMA", b"cHRM")]
    return data[:8] + chunks[0] + chunk + b"".join(chunks[1:])


def portrait_jpeg(source: PortraitSource, limits: FileLimits) -> PortraitFile:
    """JPEG (ISO/IEC 10918-1) of the best quality that keeps within the bytes, colour at full resolution.

    Raises QualityError `lossy-twice` where the source was coded with loss before, `portrait-too-many-bytes` where not
    even the worst quality is small enough.
    """
    full_colour = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    optimised = [cv2.IMWRITE_JPEG_OPTIMIZE, 1]

    def coded(quality: int) -> bytes:
        return _encoded(".jpg", source.pixels, [cv2.IMWRITE_JPEG_QUALITY, quality, *full_colour, *optimised])

    return _best(source, limits, coded, worst=1, best=100)


def portrait_jpeg_2000(source: PortraitSource, limits: FileLimits) -> PortraitFile:
    """JPEG 2000 (ISO/IEC 15444-1, a JP2 file) as near below the most bytes as the coder comes.

    Raises QualityError as `portrait_jpeg` does.
    """
    _require_codable(source)
    asked = limits.most_bytes
    while True:
        try:
            data = jpeg_2000(source.pixels, asked_bytes=asked)
        except (OSError, ValueError) as error:
            raise QualityError("This portrait could not be coded.") from error
        if len(data) <= limits.most_bytes:
            return _file(source, limits, data, asked)
        if asked == 1:
            raise _too_few(limits)
        # By what it was too large, and somewhat more: the coder cuts where a block's passes end.
        asked = max(1, asked - (len(data) - limits.most_bytes) - limits.most_bytes // _COARSENESS)


def _best(
    source: PortraitSource, limits: FileLimits, coded: Callable[[int], bytes], *, worst: int, best: int
) -> PortraitFile:
    """By bisection: files grow with the setting. The pixels are coded anew each time, never a file again."""
    _require_codable(source)
    found: tuple[int, bytes] | None = None
    low, high = worst, best
    while low <= high:
        setting = (low + high) // 2
        data = coded(setting)
        if len(data) <= limits.most_bytes:
            found, low = (setting, data), setting + 1
        else:
            high = setting - 1
    if found is None:
        raise _too_few(limits)
    setting, data = found
    return _file(source, limits, data, setting)


def _file(source: PortraitSource, limits: FileLimits, data: bytes, setting: int) -> PortraitFile:
    return PortraitFile(data, source.pixels.nbytes / len(data), max(0, limits.least_bytes - len(data)), setting)


def _too_few(limits: FileLimits) -> QualityError:
    return QualityError(
        f"This portrait cannot be coded in {limits.most_bytes} bytes: make it smaller.",
        code="portrait-too-many-bytes",
    )


def _require_codable(source: PortraitSource) -> None:
    _require_colour(source.pixels)
    if source.was_lossy:
        raise QualityError(
            "This portrait was coded with loss before and is not coded so again: hand it on lossless.",
            code="lossy-twice",
        )


def _require_colour(pixels: Pixels) -> None:
    require_picture(pixels)
    if pixels.ndim != 3:
        raise QualityError("A portrait is in colour: this picture is grey.")


def _encoded(suffix: str, pixels: Pixels, options: list[int]) -> bytes:
    try:
        done, data = cv2.imencode(suffix, np.ascontiguousarray(pixels), options)
    except cv2.error as error:
        raise QualityError("This portrait could not be coded.") from error
    if not done:
        raise QualityError("This portrait could not be coded.")
    return data.tobytes()


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The kind and the whole of each."""
    at = 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at : at + 12 + length]
        at += 12 + length
