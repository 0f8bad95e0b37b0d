"""How clearly one direction rules each window of a small page.

Coherence is that of the averaged squared gradients (Bazen and Gerez, Systematic methods for the computation of
the directional fields and singular points of fingerprints, IEEE TPAMI 24(7), 2002).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from appliance.quality.ridge_bands import Grid, Plane, block_means, windows


@dataclass(frozen=True, slots=True, eq=False)
class RidgeFlow:
    """Per window: `coherence` 0 (no direction) to 1, and the doubled angle's cosine and sine."""

    coherence: Grid
    doubled_cosine: Grid
    doubled_sine: Grid


def ridge_flow(grey: Plane) -> RidgeFlow:
    """(H, W) float32 at 500 ppi to (H/16 - 1, W/16 - 1) grids."""
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3), cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3)
    xx, yy = windows(block_means(across * across)), windows(block_means(down * down))
    xy = windows(block_means(across * down))
    strength = np.hypot(xx - yy, 2.0 * xy)
    safe = np.maximum(strength, 1e-6)
    return RidgeFlow(
        coherence=strength / (xx + yy + 1e-3), doubled_cosine=(xx - yy) / safe, doubled_sine=2.0 * xy / safe
    )
