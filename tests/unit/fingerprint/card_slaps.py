"""The slaps of NIST's ten-print card, read from the shared folder: for tests alone."""

from __future__ import annotations

import io
import re
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

Image = NDArray[np.uint8]


def card_slaps(path: Path) -> dict[int, Image]:
    """By position: 13 the right four, 14 the left four, 11 and 12 the right and the left thumb. Needs `wsq`.

    Type 4: length, IDC, impression type, six positions, resolution, width, height, compression, then the image."""
    data, images = path.read_bytes(), {}
    while data:
        tagged = re.match(rb"\d+\.0*1:(\d+)", data)
        length = int(tagged.group(1)) if tagged else struct.unpack(">I", data[:4])[0]
        if not tagged:
            images[data[6]] = _grey(data[18:length])
        data = data[length:]
    return images


def _grey(encoded: bytes) -> Image:
    return np.array(Pillow.open(io.BytesIO(encoded)).convert("L"), np.uint8)
