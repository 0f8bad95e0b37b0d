"""A desk seen from above with a document on it, drawn: what an emulated camera shows to the real driver."""

from __future__ import annotations

import cv2
import numpy as np

from drivers.camera_scanner.page import Corners
from drivers.contracts import Pixels


def drawn_card(width: int = 856, height: int = 540) -> Pixels:
    """A card of ID-1's shape, (H, W, 3) uint8: nobody's."""
    page = np.full((height, width, 3), 225, np.uint8)
    cv2.rectangle(page, (width // 20, height // 9), (width * 7 // 25, height * 5 // 8), (150, 120, 90), -1)
    for line in range(6):
        cv2.putText(page, "SPECIMEN <<<< 0123", (width // 3, height * (2 + line) // 9), 0, width / 720, (40, 30, 30), 2)
    return page


def laid_on_desk(
    page: Pixels, *, lean_deg: float = 4.0, scale: float = 0.9, tilt: float = 0.0, size: tuple[int, int] = (900, 1200)
) -> tuple[Pixels, Corners]:
    """The page in the middle of a dark desk of (height, width), and its corners there. `tilt` narrows its top edge."""
    random = np.random.default_rng(3)
    desk = (60 + random.normal(0, 4, (*size, 3))).clip(0, 255).astype(np.uint8)
    height, width = page.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), lean_deg, scale)
    turn[:, 2] += np.array([(size[1] - width) / 2, (size[0] - height) / 2])
    lying = np.asarray(cv2.transform(corners[None], turn)[0], np.float32)
    lying[:2] -= (lying[:2] - lying[:2].mean(axis=0)) * tilt
    warp = cv2.getPerspectiveTransform(corners - 0.5, lying)
    shown = cv2.warpPerspective(page, warp, size[::-1], flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.full(page.shape[:2], 255, np.uint8), warp, size[::-1])
    desk[mask > 127] = shown[mask > 127]
    return desk, lying
