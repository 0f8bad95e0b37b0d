"""Several drawn fingers on one glass, as a slap scanner would give them. Nobody's prints.

Each is the finger that `fingerprint` draws; a hand's fingers stand as hands have them, the middle one highest and the
little one lowest, on a glass of 81 x 76 mm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import cv2
import numpy as np

from drivers.contracts import Pixels

WIDTH_PX, HEIGHT_PX = 1600, 1500
_PAPER: Final = 236
_OUT_OF_LINE_PX: Final = {"index": 90, "middle": 0, "ring": 60, "little": 260, "thumb": 120}
"""How much lower than the middle finger's a fingertip lies."""
_SIZE: Final = {"index": 0.88, "middle": 0.92, "ring": 0.88, "little": 0.74, "thumb": 1.0}
"""How much of a drawn impression touches the glass, across and along: cut, not shrunk, so that ridges stay as wide."""
_STEP_PX: Final = 372
_TOP_PX: Final = 160


def draw_slap(impressions: Mapping[str, Pixels]) -> Pixels:
    """(1500, 1600) uint8 at 500 ppi. `impressions`: (h, w) uint8 by position, in any order."""
    glass = np.full((HEIGHT_PX, WIDTH_PX), _PAPER, np.uint8)
    order = _left_to_right(tuple(impressions))
    first_x = WIDTH_PX // 2 - _STEP_PX * (len(order) - 1) // 2
    for number, position in enumerate(order):
        finger = position.split("_")[-1]
        print_ = _touching(impressions[position], _SIZE.get(finger, 1.0))
        height, width = print_.shape
        left = first_x + number * _STEP_PX - width // 2
        top = _TOP_PX + _OUT_OF_LINE_PX.get(finger, 0)
        there = glass[top : top + height, max(left, 0) : left + width]
        np.minimum(there, print_[: there.shape[0], -there.shape[1] :], out=there)
    return glass


def _left_to_right(positions: Sequence[str]) -> list[str]:
    """As they lie: a right hand's index is its leftmost finger, a left hand's its rightmost; thumbs left, right."""
    fingers = list(_OUT_OF_LINE_PX)

    def place(position: str) -> tuple[bool, int]:
        hand, finger = position.split("_", 1)
        along = fingers.index(finger)
        return hand == "right", along if hand == "right" else -along

    return sorted(positions, key=place)


def _touching(impression: Pixels, share: float) -> Pixels:
    """The middle of an impression, white towards its rim as far as the smaller finger does not reach."""
    height, width = impression.shape
    mask = np.zeros((height, width), np.float32)
    axes = (round(width * 0.42 * share), round(height * 0.45 * share))
    cv2.ellipse(mask, (width // 2, height // 2), axes, 0, 0, 360, 1.0, -1)
    faded = _PAPER - (_PAPER - impression.astype(np.float32)) * cv2.GaussianBlur(mask, (0, 0), 6)
    return np.asarray(np.clip(np.round(faded), 0, 255), np.uint8)
