"""Where in the wave of ridges and valleys each pixel is: the phase, by filters steered along the ridges' normals.

The second derivative of a Gaussian and its Hilbert transform, each a sum of separable ones (Freeman and Adelson, 1991,
tables IV and VI, fitted for nine taps).
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.taps import even, odd
from appliance.fingerprint.unit_vectors import DIAGONAL, UNIT, Vectors
from appliance.fingerprint.working_scale import CELL_PX
from drivers.contracts import Pixels

NOWHERE: Final = 127
"""Outside the finger. Inside all values are multiples of 16, from 0 (mid ridge) to 240 (mid valley)."""
LAG_PX: Final = 4
"""So many lines higher does a phase stand than the pixel that it is of."""
_STEPS: Final = 0xF0
_SCALE: Final = 1 / 2048


_BELL: Final = even(122, 78, 20, 2, 0)
_SECOND: Final = (even(-112, -7, 48, 14, 1), odd(0, 71, 37, 6, 0), _BELL)
_HILBERT: Final = (odd(0, -92, -12, 8, 1), even(-90, -23, 21, 7, 1), odd(0, 52, 27, 4, 0), _BELL)
"""Horizontal taps. The vertical ones are the same from the other end, but for the middle two of the Hilbert transform,
which change places."""


def phase(pixels: Pixels, normals: Vectors) -> Pixels:
    """(h, w) uint8 of (h, w) uint8 and (h/4, w/4) unit vectors."""
    x, y = normals
    grey = pixels.astype(np.float32)
    xx, yy = _product(x, x), _product(y, y)
    real = np.zeros_like(grey)
    _add_steered(real, grey, xx, _SECOND[0], _SECOND[2])
    _add_steered(real, grey, _product(2 * x, y), _SECOND[1], _SECOND[1])
    _add_steered(real, grey, yy, _SECOND[2], _SECOND[0])
    imaginary = np.zeros_like(grey)
    _add_steered(imaginary, grey, _product(x, xx), _HILBERT[0], _HILBERT[3])
    _add_steered(imaginary, grey, _product(3 * xx, y), _HILBERT[1], _HILBERT[2])
    _add_steered(imaginary, grey, _product(3 * yy, x), _HILBERT[2], _HILBERT[1])
    _add_steered(imaginary, grey, _product(y, yy), _HILBERT[3], _HILBERT[0])
    found = np.full(pixels.shape, NOWHERE, np.uint8)
    middle = np.s_[LAG_PX : len(pixels) - LAG_PX]
    found[: len(pixels) - 2 * LAG_PX] = _steps(real[middle], imaginary[middle])
    return found


def _product(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of two unit vectors' parts, again in 127ths."""
    return np.asarray(np.floor((a * b + 64) * np.float32(1 / 128)), np.float32)


def _add_steered(
    to: NDArray[np.float32],
    grey: NDArray[np.float32],
    weight: NDArray[np.float32],
    horizontal: NDArray[np.float32],
    vertical: NDArray[np.float32],
) -> None:
    """A filter's response times its weight in each cell."""
    response = cv2.sepFilter2D(grey, -1, horizontal, vertical, borderType=cv2.BORDER_REPLICATE)
    weights = (weight * np.float32(_SCALE)).repeat(CELL_PX, axis=1).repeat(CELL_PX, axis=0)
    cv2.accumulateProduct(response, weights, to)


def _steps(real: NDArray[np.float32], imaginary: NDArray[np.float32]) -> Pixels:
    """The wave's cosine in sixteen steps, by an octagon's norm; what is hardly a wave is the middle step."""
    across, down = np.abs(real), np.abs(imaginary)
    norm = np.maximum(across, down)
    across += down
    across *= UNIT / DIAGONAL
    np.maximum(norm, across, out=norm)
    np.maximum(norm, UNIT, out=norm)
    cosine = np.multiply(real, UNIT, out=across)
    cosine /= norm
    np.trunc(cosine, out=cosine)
    np.subtract(UNIT, cosine, out=cosine)
    steps = cosine.astype(np.uint8)
    steps &= np.uint8(_STEPS)
    steps[np.abs(real) < 0.5] = NOWHERE
    return steps
