"""Finding a document that lies under a camera, and cutting it out upright. Pure: arrays in, corners or an array out.

Method: edges (Canny), their closed outlines, and of these the largest that four corners describe (Douglas-Peucker);
then a perspective warp. Searched in a small picture, refined in the full one.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels

Corners = NDArray[np.float32]
"""(4, 2) x, y in pixels: top left, top right, bottom right, bottom left."""

MM_PER_INCH: Final = 25.4
KNOWN_SIZES_MM: Final = ((85.6, 53.98), (125.0, 88.0), (105.0, 74.0), (297.0, 210.0))
"""ID-1, ID-3 (a passport's page), ID-2 and A4, lying (ISO/IEC 7810, ISO 216)."""

SEARCH_PX: Final = 800
_LEAST_SHARE: Final = 0.05
_MOST_SHARE: Final = 0.98
_LEAST_FILL: Final = 0.9
"""How much of its four-cornered hull an outline must fill: hands and shadows do not."""
_ASPECT_SLACK: Final = 0.06


def find_page(image: Pixels) -> Corners | None:
    """The corners of the largest document in (H, W) or (H, W, 3) uint8; None where there is none."""
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    scale = min(1.0, SEARCH_PX / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1.0 else grey
    smooth = cv2.GaussianBlur(small, (5, 5), 0)
    edges = cv2.dilate(cv2.Canny(smooth, 30, 90), np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(edges, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = None
    for outline in sorted(outlines, key=cv2.contourArea, reverse=True)[:5]:
        share = cv2.contourArea(outline) / small.size
        if not _LEAST_SHARE <= share <= _MOST_SHARE:
            continue
        found = _four_corners(outline)
        if found is not None:
            break
    if found is None:
        return None
    # The dilated edge lies half a stroke outside of the document.
    corners = (_shrunk(_ordered(found), 1.0) + 0.5) / scale - 0.5
    return np.asarray(corners, np.float32)


def _four_corners(outline: cv2.typing.MatLike) -> Corners | None:
    hull = cv2.convexHull(outline)
    perimeter = cv2.arcLength(hull, closed=True)
    for tolerance in (0.02, 0.03, 0.05):
        corners = cv2.approxPolyDP(hull, tolerance * perimeter, closed=True)
        if len(corners) == 4:
            filled = cv2.contourArea(hull) / max(1.0, cv2.contourArea(corners))
            fits = _LEAST_FILL <= filled <= 1 / _LEAST_FILL
            return np.asarray(corners, np.float32).reshape(4, 2) if fits else None
    return None


def _ordered(corners: Corners) -> Corners:
    """Clockwise from the top left; of a document that leans, its upper long edge is the top."""
    centre = corners.mean(axis=0)
    angles = np.arctan2(corners[:, 1] - centre[1], corners[:, 0] - centre[0])
    clockwise = corners[np.argsort(angles)]
    start = int(np.argmin(clockwise.sum(axis=1)))
    turned = np.roll(clockwise, -start, axis=0)
    if np.linalg.norm(turned[1] - turned[0]) < np.linalg.norm(turned[2] - turned[1]):
        turned = np.roll(turned, -1 if turned[1, 0] < turned[3, 0] else 1, axis=0)
    return np.asarray(turned, np.float32)


def _shrunk(corners: Corners, by_px: float) -> Corners:
    centre = corners.mean(axis=0)
    away = corners - centre
    away = away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1.0)
    return np.asarray(corners - by_px * away, np.float32)


def sides_px(corners: Corners) -> tuple[float, float]:
    """(width, height) as the camera sees them, opposite sides averaged."""
    top, right, bottom, left = (float(np.linalg.norm(corners[i] - corners[(i + 1) % 4])) for i in range(4))
    return (top + bottom) / 2, (right + left) / 2


def size_from_shape(corners: Corners) -> tuple[float, float] | None:
    """(width, height) in millimetres of the known format that has this shape; None for another shape."""
    width, height = sides_px(corners)
    aspect = width / max(1.0, height)
    nearest = min(KNOWN_SIZES_MM, key=lambda size: abs(size[0] / size[1] / aspect - 1))
    return nearest if abs(nearest[0] / nearest[1] / aspect - 1) <= _ASPECT_SLACK else None


def seen_ppi(corners: Corners, size_mm: tuple[float, float]) -> int:
    """Points an inch at which the camera sees a document of that size, by its worse side."""
    return int(min(px / mm for px, mm in zip(sides_px(corners), size_mm, strict=True)) * MM_PER_INCH)


def cut_out(image: Pixels, corners: Corners, out: Pixels) -> None:
    """The document upright into `out`, which has the size and the colours wanted."""
    height, width = out.shape[:2]
    edges = np.array([[-0.5, -0.5], [width - 0.5, -0.5], [width - 0.5, height - 0.5], [-0.5, height - 0.5]], np.float32)
    transform = cv2.getPerspectiveTransform(corners, edges)
    cv2.warpPerspective(
        image, transform, (width, height), dst=out, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def moved(before: Corners, now: Corners) -> float:
    """How far a corner moved at most, as a share of the document's width."""
    return float(np.linalg.norm(before - now, axis=1).max() / max(1.0, sides_px(now)[0]))
