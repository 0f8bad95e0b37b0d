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
    """(H, W, 3) uint8 made small in the pool's memory, so that nothing aliases; and by how much.

    By halves, each pixel the mean of four, and the last step, of less than two, between neighbours: on a picture of
    1920 × 1080 OpenCV's own average over areas takes two to five times as long, thirty times a second.
    """
    height, width = preview_size(pixels.shape[0], pixels.shape[1], preview_width)
    small = pool.take(height, width, 3)
    left: cv2.typing.MatLike = pixels
    while left.shape[1] > 2 * width and left.shape[0] > 2 * height:
        half = (left.shape[1] // 2, left.shape[0] // 2)
        left = cv2.resize(left, half, interpolation=cv2.INTER_AREA)
    way = cv2.INTER_AREA if left.shape[:2] == (2 * height, 2 * width) else cv2.INTER_LINEAR
    cv2.resize(left, (width, height), dst=small, interpolation=way)
    return small, pixels.shape[1] / width
