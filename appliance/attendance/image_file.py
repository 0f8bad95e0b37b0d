"""The file that a captured image becomes: PNG; WSQ for an impression where the configuration asks for it, JPEG for a
portrait that is no permit's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from appliance.attendance.images import png
from appliance.errors import StorageCorrupted
from appliance.face.portrait_file import (
    JPEG_MOST_RATIO,
    JPEG_RATIO,
    PortraitSource,
    by_ratio,
    portrait_jpeg,
    portrait_png,
)
from appliance.model.configuration import FingerprintFormat, PortraitUse
from drivers.contracts import Pixels
from drivers.transport.picture_file import PictureRefused, decode_picture
from drivers.transport.wsq import (
    ENCODED_PPI,
    WsqRefused,
    WsqUnavailable,
    compression_ratio,
    encode_wsq,
)

WSQ_MEDIA_TYPE: Final = "image/x-wsq"
PNG_MEDIA_TYPE: Final = "image/png"
JPEG_MEDIA_TYPE: Final = "image/jpeg"
SUFFIXES: Final = {PNG_MEDIA_TYPE: "png", WSQ_MEDIA_TYPE: "wsq", JPEG_MEDIA_TYPE: "jpg"}
_LEAST_RATIO, _MOST_RATIO = 10.0, 20.0
"""BSI TR-03121-3 vol. 4 §4.6.3."""


@dataclass(frozen=True, slots=True)
class ImageFile:
    data: bytes
    media_type: str

    @property
    def suffix(self) -> str:
        return SUFFIXES[self.media_type]


def image_file(
    pixels: Pixels, *, resolution_ppi: int | None, lossy: bool = False, wanted: FingerprintFormat | None = None
) -> ImageFile:
    """PNG, saying its resolution where it has one. `wanted`: of an impression. WSQ is written at 500 ppi alone, whole
    only where its ratio is within 10:1 to 20:1, and never of what a device had compressed with loss (`lossy`): PNG
    then, so that nothing is compressed twice and no print is lost for want of an encoder. Raises QualityError."""
    if wanted is FingerprintFormat.WSQ and not lossy and resolution_ppi == ENCODED_PPI:
        compressed = _wsq(pixels)
        if compressed is not None:
            return ImageFile(compressed, WSQ_MEDIA_TYPE)
    return ImageFile(png(pixels, resolution_ppi), PNG_MEDIA_TYPE)


def portrait_image_file(pixels: Pixels, use: PortraitUse, *, lossy: bool) -> ImageFile:
    """A composed portrait: PNG for a permit (BSI TR-03121-3 vol. 2 §3.9.1), and of what a camera had compressed with
    loss (`lossy`), which is never so again; else JPEG of at most the recommended bytes. Raises QualityError."""
    if use is PortraitUse.PERMIT or lossy:
        return ImageFile(portrait_png(pixels), PNG_MEDIA_TYPE)
    limits = by_ratio(pixels, most_ratio=JPEG_MOST_RATIO, ratio=JPEG_RATIO)
    return ImageFile(portrait_jpeg(PortraitSource(pixels=pixels, was_lossy=lossy), limits).data, JPEG_MEDIA_TYPE)


def pixels_of(data: bytes) -> Pixels:
    """Of a stored image; of WSQ nearly as it was. Raises StorageCorrupted: it cannot be read."""
    try:
        return decode_picture(data)
    except PictureRefused:
        raise StorageCorrupted("A stored image cannot be shown: capture it again.", code="image-altered") from None


def _wsq(pixels: Pixels) -> bytes | None:
    try:
        encoded = encode_wsq(pixels)
    except (WsqRefused, WsqUnavailable):
        return None
    return encoded if _LEAST_RATIO <= compression_ratio(pixels, encoded) <= _MOST_RATIO else None
