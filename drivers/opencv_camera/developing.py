"""How what a camera decoded becomes the frame that was asked for: upright, whole or small, in the taker's memory.

Not responsible for when a frame is taken (`driver`) nor for decoding it (`player`).
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from drivers.contracts import FramePool, Pixels, PrivatePool
from drivers.errors import DeviceProtocolError
from drivers.previews import reduced

TURNS: Final = {0: None, 90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
"""Clockwise degrees as OpenCV names them; None for a picture that stands already."""
_PRIVATE: Final = PrivatePool()
_PIXELS_MAX: Final = 50_000_000


class OwnMemory:
    """A pool that gives the same memory again while the size stays: for what is decoded only to be made into another
    picture."""

    def __init__(self) -> None:
        self._pixels: Pixels = np.empty((0, 0, 0), np.uint8)

    def take(self, height: int, width: int, channels: int = 1) -> Pixels:
        if self._pixels.shape != (height, width, channels):
            self._pixels = np.empty((height, width, channels), np.uint8)
        return self._pixels


def offer(pool: FramePool, size: tuple[int, int]) -> Pixels:
    """Memory for a colour picture of (height, width). DeviceProtocolError for a size that no camera has."""
    height, width = size
    if height < 1 or width < 1 or height * width > _PIXELS_MAX:
        raise DeviceProtocolError("The camera announces a picture of an impossible size.")
    return pool.take(height, width, 3)


def whole(pixels: Pixels, turn: int | None, pool: FramePool) -> Pixels:
    """(H, W) or (H, W, 3) uint8 in colour and upright, in the pool's memory."""
    pixels = _coloured(pixels)
    height, width = pixels.shape[:2]
    upright = offer(pool, (width, height) if _is_on_its_side(turn) else (height, width))
    if turn is None:
        upright[...] = pixels
    else:
        cv2.rotate(pixels, turn, dst=upright)
    return upright


def small(pixels: Pixels, turn: int | None, preview_width: int, pool: FramePool) -> tuple[Pixels, float]:
    """The same at most `preview_width` wide once it is upright; and by how much it is reduced."""
    pixels = _coloured(pixels)
    if turn is None:
        return reduced(pixels, preview_width, pool)
    height, width = pixels.shape[:2]
    # Made small before it is turned: there is less to turn.
    lying_width = max(1, width * preview_width // height) if _is_on_its_side(turn) else preview_width
    lying, reduced_by = reduced(pixels, lying_width, _PRIVATE)
    return whole(lying, turn, pool), reduced_by


def _is_on_its_side(turn: int | None) -> bool:
    return turn in (cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE)


def _coloured(pixels: Pixels) -> Pixels:
    """Some cameras give grey."""
    return pixels if pixels.ndim == 3 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), np.uint8)
