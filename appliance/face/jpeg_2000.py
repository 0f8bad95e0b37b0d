"""JPEG 2000's coder: OpenJPEG as Pillow brings it, asked for bytes as finely as they can be had.

Pillow is used for nothing else, and reads no file here.
"""

from __future__ import annotations

import io
from typing import Final

import cv2
import numpy as np
from PIL import Image, Jpeg2KImagePlugin

from drivers.contracts import Pixels

_FORMAT: Final = Jpeg2KImagePlugin.Jpeg2KImageFile.format
"""That the plugin is imported is what makes it known: Pillow would otherwise load all of its formats to find it."""


def jpeg_2000(pixels: Pixels, *, asked_bytes: int) -> bytes:
    """A JP2 file (ISO/IEC 15444-1) of (H, W, 3) uint8 B, G, R, whose box `colr` says sRGB.

    One layer of the 9/7 transform, with brightness apart from colour. The coder comes near the bytes asked for, from
    either side. Raises OSError or ValueError where it cannot code the picture.
    """
    data = io.BytesIO()
    Image.fromarray(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)).save(
        data,
        _FORMAT,
        quality_mode="rates",
        quality_layers=[pixels.nbytes / asked_bytes],
        irreversible=True,
        mct=1,
    )
    return data.getvalue()
