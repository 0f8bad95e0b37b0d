"""One impression made ready for the hints: its ridges apart from the rest, and where the finger lies."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint import scored_scale
from drivers.contracts import Pixels

BLOCK_PX = 16
LEAST_EDGE_PX = 96
LARGEST_PIXELS = 16_000_000
LEAST_DEVIATION, ENOUGH_DEVIATION = 4.0, 9.0
"""Grey levels of ridges in a block: never a finger below the first, always from the second on; between, where it is
more than two fifths of the strongest."""
_STRONGEST, _OF_STRONGEST = 90.0, 0.4
_NOT_WEAK = 0.6
_PORES_PX, _RIDGES_PX = 3, 17
_NOISE_PX, _NOISE_KERNEL = 1.6, (9, 9)
"""A Gaussian's deviation: it leaves a ridge of 9 pixels half of its strength, and of what a camera or JPEG adds hardly
any."""

Plane = NDArray[np.float32]
Grid = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Impression:
    """`grey`: (H, W) uint8 at 500 ppi, whole blocks. `ridges`: (H, W) float32 without a mean, 3 to 17 pixels wide.

    `strength`: (H/16, W/16) float32, the deviation of `ridges` per block. `finger`: the blocks that it lies on.
    `inside`: those with only such around them, so that the outline is left out. `usual_strength`: the finger's median,
    or 0. `bounded`: (H, W) float32, -2 to 2, smoothed ridges by their usual strength: without contrast and noise.
    """

    grey: Pixels
    ridges: Plane
    strength: Grid
    finger: Mask
    inside: Mask
    usual_strength: float
    bounded: Plane

    @property
    def ridged(self) -> Mask:
        """The blocks inside where ridges are not much weaker than usual."""
        return np.asarray(self.inside & (self.strength > _NOT_WEAK * self.usual_strength), np.bool_)


def refusal(pixels: Pixels, resolution_ppi: int | None) -> str | None:
    """Why these pixels are not looked at, whatever was handed over; None where they are."""
    return scored_scale.refusal(pixels, resolution_ppi, least_edge_px=LEAST_EDGE_PX, most_px=LARGEST_PIXELS)


def prepared(pixels: Pixels, resolution_ppi: int) -> Impression:
    """Of pixels that nothing speaks against (`refusal`)."""
    grey = _whole_blocks(scored_scale.at_500_ppi(np.ascontiguousarray(pixels), resolution_ppi))
    fine = cv2.blur(grey, (_PORES_PX, _PORES_PX)).astype(np.float32)
    ridges = fine - cv2.blur(grey, (_RIDGES_PX, _RIDGES_PX))
    strength = np.sqrt(block_means(np.square(ridges)))
    finger = _finger(strength)
    usual_strength = _usual(strength, finger)
    kernel = np.ones((3, 3), np.uint8)
    inside = cv2.erode(finger.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    bounded = _bounded(ridges, finger)
    return Impression(grey, ridges, strength, finger, np.asarray(inside, np.bool_), usual_strength, bounded)


def block_means(plane: cv2.typing.MatLike) -> Grid:
    """(H, W) to (H/16, W/16) means."""
    size = (plane.shape[1] // BLOCK_PX, plane.shape[0] // BLOCK_PX)
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


def pixels_of(grey: Pixels, blocks: Mask) -> NDArray[np.uint8]:
    """(N,) those of some blocks."""
    height, width = grey.shape
    tiled = grey.reshape(height // BLOCK_PX, BLOCK_PX, width // BLOCK_PX, BLOCK_PX).swapaxes(1, 2)
    return np.asarray(tiled[blocks].ravel(), np.uint8)


def _usual(strength: Grid, finger: Mask) -> float:
    return float(np.median(strength[finger])) if finger.any() else 0.0


def _bounded(ridges: Plane, finger: Mask) -> Plane:
    smooth = np.asarray(cv2.GaussianBlur(ridges, _NOISE_KERNEL, _NOISE_PX), np.float32)
    smooth *= np.float32(1.0 / max(_usual(np.sqrt(block_means(np.square(smooth))), finger), 1.0))
    return np.asarray(np.clip(smooth, -2.0, 2.0, out=smooth), np.float32)


def _whole_blocks(grey: Pixels) -> Pixels:
    """Cut evenly on all sides."""
    height, width = (side // BLOCK_PX * BLOCK_PX for side in grey.shape)
    top, left = (grey.shape[0] - height) // 2, (grey.shape[1] - width) // 2
    return np.ascontiguousarray(grey[top : top + height, left : left + width], np.uint8)


def _finger(strength: Grid) -> Mask:
    """Blocks with structure in them, without specks; small holes are filled."""
    least = np.clip(_OF_STRONGEST * np.percentile(strength, _STRONGEST), LEAST_DEVIATION, ENOUGH_DEVIATION)
    structured = (strength > least).astype(np.uint8)
    kernel, here, back = np.ones((2, 2), np.uint8), (0, 0), (1, 1)
    # An even kernel moves what it passes over: the way back has to be the other way.
    opened = cv2.dilate(cv2.erode(structured, kernel, anchor=here), kernel, anchor=back)
    closed = cv2.erode(cv2.dilate(opened, kernel, anchor=here), kernel, anchor=back)
    return np.asarray(closed, np.bool_)
