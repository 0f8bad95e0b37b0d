"""When an emulated camera made its picture, in the picture itself: so that a test sees how old a still really is. Pure.

Thirty-two squares, eight in a row, in the upper left corner: the bits of the monotonic clock's milliseconds.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from drivers.contracts import Pixels

_SQUARE_PX: Final = 8
"""As JPEG's own blocks: none bleeds into the next."""
_COLUMNS: Final = 8
_ROWS: Final = 4
_BITS: Final = _COLUMNS * _ROWS
_MS_NS: Final = 1_000_000


def telling(image: Pixels, made_ns: int) -> Pixels:
    """A copy of (H, W, 3) uint8, at least 32 × 64, that tells this moment of the monotonic clock."""
    told = image.copy()
    bits = np.array([made_ns // _MS_NS >> bit & 1 for bit in range(_BITS)], np.uint8).reshape(_ROWS, _COLUMNS) * 255
    squares = np.kron(bits, np.ones((_SQUARE_PX, _SQUARE_PX), np.uint8))
    told[: squares.shape[0], : squares.shape[1]] = squares[:, :, np.newaxis]
    return told


def told_ns(pixels: Pixels) -> int:
    """What such a picture tells, in whole milliseconds; it may have been through JPEG, and never been made smaller."""
    corner = pixels[: _ROWS * _SQUARE_PX, : _COLUMNS * _SQUARE_PX].mean(axis=2)
    shades = corner.reshape(_ROWS, _SQUARE_PX, _COLUMNS, _SQUARE_PX).mean(axis=(1, 3)).ravel()
    return sum(1 << bit for bit in range(_BITS) if shades[bit] > 127) * _MS_NS
