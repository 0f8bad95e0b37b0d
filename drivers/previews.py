"""Small pictures of large frames, to look at while the large ones stay where they are. Pure, but for the pool."""

from __future__ import annotations

import cv2

from drivers.contracts import FramePool, Pixels


def preview_size(height: int, width: int, preview_width: int) -> tuple[int, int]:
    """(height, width) of a picture made at most `preview_width` wide, in its proportions; never enlarged."""
    if width <= preview_width:
        return height, width
    return max(1, round(height * preview_width / width)), preview_width


def reduced(pixels: Pixels, preview_width: int, pool: FramePool) -> tuple[Pixels, float]:
    """(H, W, 3) uint8 made small in the pool's memory, by area so that nothing aliases; and by how much."""
    height, width = preview_size(pixels.shape[0], pixels.shape[1], preview_width)
    small = pool.take(height, width, 3)
    cv2.resize(pixels, (width, height), dst=small, interpolation=cv2.INTER_AREA)
    return small, pixels.shape[1] / width
