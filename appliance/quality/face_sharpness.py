"""How sharp a face is: our own measure, by another name than the standard's, which is a trained forest's."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels

FACE_EDGE_PX: Final = 160
_PATCH_SHARE: Final = 0.3
"""Of a face's height: enough noise to know how much of it is left after scaling."""
_Plane = NDArray[np.float32]


def face_sharpness(face_grey: Pixels, noise_deviation: float) -> float:
    """From the (H, W) uint8 box of a face and its noise: edge energy at a fixed size for its contrast, 0 (smooth) up.

    The same for a dark and a light face; falls with every blur; what the noise adds is taken off again.
    """
    side = _judged_side(face_grey.shape[0], face_grey.shape[1])
    calm, edges = _calm_and_edges(face_grey.astype(np.float32), side, side)
    calm_gain, edge_gain = _noise_gains(face_grey.shape[0], face_grey.shape[1])
    noise = noise_deviation * noise_deviation
    edge_energy = max(0.0, float(edges.var()) - noise * edge_gain)
    contrast_energy = max(16.0, float(calm.var()) - noise * calm_gain)
    return float(np.sqrt(edge_energy / contrast_energy))


def _judged_side(height: int, width: int) -> int:
    return min(FACE_EDGE_PX, max(8, height, width))


def _calm_and_edges(levels: _Plane, height: int, width: int) -> tuple[_Plane, _Plane]:
    small = cv2.resize(levels, (width, height), interpolation=cv2.INTER_AREA)
    # A small average, so that the finest structure, which is mostly noise, does not rule.
    calm = np.asarray(cv2.GaussianBlur(small, (0, 0), 0.8), np.float32)
    return calm, np.asarray(cv2.Laplacian(calm, cv2.CV_32F), np.float32)


@lru_cache(maxsize=64)
def _noise_gains(height: int, width: int) -> tuple[float, float]:
    """The energies that white noise of deviation 1 has in the calmed picture and in its edges, at this face's size."""
    side = _judged_side(height, width)
    rows = max(8, round(side * _PATCH_SHARE))
    patch_height = max(8, round(rows * height / side))
    patch = np.random.default_rng(0).standard_normal((patch_height, width), dtype=np.float32)
    calm, edges = _calm_and_edges(patch, rows, side)
    return float(calm.var()), float(edges.var())
