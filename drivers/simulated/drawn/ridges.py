"""Ridges that follow a given flow, with the minutiae that come of themselves where they must split or end.

White noise is filtered again and again along the local direction with Gabor filters (Cappelli, Erol, Maio and
Maltoni, Synthetic fingerprint-image generation, ICPR 2000). Done at half size for speed: ridges of 4 to 5 pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.simulated.drawn.orientation import Orientation

DIRECTIONS = 20
ROUNDS = 18
KERNEL_PX = 13

Wave = NDArray[np.float32]
"""(H, W) float32 in [-1, 1]: 1 on a ridge's crest, -1 in a valley."""


def grow_ridges(orientation: Orientation, period_px: float, random: np.random.Generator) -> Wave:
    """Ridges `period_px` apart along `orientation`."""
    kernels = [_gabor(index * np.pi / DIRECTIONS, period_px) for index in range(DIRECTIONS)]
    nearest = np.round(orientation * (DIRECTIONS / np.pi)).astype(np.intp) % DIRECTIONS
    masks = [nearest == index for index in range(DIRECTIONS)]
    wave = random.standard_normal(orientation.shape, dtype=np.float32)
    for _ in range(ROUNDS):
        grown = np.empty_like(wave)
        for kernel, mask in zip(kernels, masks, strict=True):
            if mask.any():
                grown[mask] = cv2.filter2D(wave, cv2.CV_32F, kernel, borderType=cv2.BORDER_REFLECT)[mask]
        wave = np.tanh(grown * (1.6 / max(float(grown.std()), 1e-6)))
    return np.asarray(wave, np.float32)


def _gabor(angle: float, period_px: float) -> Wave:
    """An even Gabor filter without a mean, ridges running along `angle`."""
    reach = KERNEL_PX // 2
    x, y = np.meshgrid(np.arange(-reach, reach + 1, dtype=np.float32), np.arange(-reach, reach + 1, dtype=np.float32))
    across = -x * np.sin(angle) + y * np.cos(angle)
    along = x * np.cos(angle) + y * np.sin(angle)
    spread = 0.50 * period_px
    envelope = np.exp(-(across**2 + along**2) / (2 * spread**2))
    kernel = envelope * np.cos(2 * np.pi * across / period_px)
    return np.asarray(kernel - envelope * (kernel.sum() / envelope.sum()), np.float32)
