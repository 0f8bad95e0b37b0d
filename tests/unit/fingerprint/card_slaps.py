"""The slaps of NIST's ten-print card, read from the shared folder: for tests alone."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

Image = NDArray[np.uint8]
Points = Sequence[tuple[int, int]]

CENTRES: dict[int, Points] = {
    14: [(293, 783), (592, 319), (918, 164), (1279, 367)],
    13: [(263, 717), (556, 263), (935, 224), (1358, 582)],
}
"""Of the fingertips from left to right, as seen by eye, in pixels; the card's middle fingers are cut by its frame."""
LEAN_DEG = -10.0
"""How far both hands are turned on the card, clockwise, as seen by eye."""


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


def mirrored(image: Image, points: Points) -> tuple[Image, Points]:
    """One hand as the other; the points again from left to right."""
    width = image.shape[1]
    return np.ascontiguousarray(image[:, ::-1]), [(width - 1 - x, y) for x, y in reversed(points)]


def turned(
    image: Image,
    points: Points,
    clockwise_deg: float,
    *,
    fill: float | None = None,
    scale: float = 1.0,
    shift_px: tuple[int, int] = (0, 0),
) -> tuple[Image, NDArray[np.float64]]:
    """On a square in which all of it has room, with its points. `fill`: the grey around it, by default its median."""
    height, width = image.shape
    side = int(np.hypot(height, width) * scale) + 2 * max(abs(shift_px[0]), abs(shift_px[1]))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -clockwise_deg, scale)
    turn[:, 2] += [(side - width) / 2 + shift_px[0], (side - height) / 2 + shift_px[1]]
    flags = cv2.INTER_LINEAR if scale >= 1 else cv2.INTER_AREA
    grey = float(np.median(image)) if fill is None else fill
    placed = cv2.warpAffine(image, turn, (side, side), flags=flags, borderValue=(grey,))
    return np.asarray(placed, np.uint8), np.asarray(np.array(points) @ turn[:, :2].T + turn[:, 2], np.float64)


def _grey(encoded: bytes) -> Image:
    return np.array(Pillow.open(io.BytesIO(encoded)).convert("L"), np.uint8)
