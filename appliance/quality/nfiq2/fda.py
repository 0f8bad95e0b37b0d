"""Frequency domain analysis: how much of a region's signal across its ridges lies at one frequency."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels

PREFIX: Final = "FDA_Bin10_"
BOUNDS: Final = np.array([0.268, 0.304, 0.33, 0.355, 0.38, 0.407, 0.44, 0.50, 1.0])
_NEIGHBOURS: Final = 0.3


def fda(blocks: Pixels) -> NDArray[np.float64]:
    """(n,) of (16, 32, n) uint8, along the ridges and across them: the greatest amplitude and three tenths of those
    beside it, as a part of all; 1.0 where the greatest is the lowest frequency that there is."""
    along, across, count = blocks.shape
    if not count:
        return np.empty(0)
    signal = np.zeros((count, across, 2))
    signal[:, :, 0] = blocks.sum(axis=0, dtype=np.uint16).T / along
    # OpenCV's transform, and of complex numbers, as the reference has it: where all amplitudes are alike (a line of
    # print at a block's border), its rounding says which is the greatest.
    spectrum = cv2.dft(signal, flags=cv2.DFT_ROWS)
    amplitude = np.asarray(cv2.magnitude(spectrum[:, 1:, 0], spectrum[:, 1:, 1]))
    last = amplitude.shape[1] - 1
    peak = amplitude.argmax(axis=1)
    inner = np.clip(peak, 1, last - 1)
    each = np.arange(len(amplitude))
    beside = amplitude[each, inner - 1] + amplitude[each, inner + 1]
    total = amplitude[:, : (last + 1) // 2].sum(axis=1)
    value = (amplitude[each, inner] + _NEIGHBOURS * beside) / np.where(total > 0, total, 1.0)
    return np.where(peak == inner, value, 1.0)
