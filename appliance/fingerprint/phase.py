"""Where in the wave of ridges and valleys each pixel is: the phase, by filters steered along the ridges' normals.

The second derivative of a Gaussian and its Hilbert transform, each a sum of separable ones (Freeman and Adelson, 1991,
tables IV and VI, fitted for nine taps).
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.fingerprint.unit_vectors import UNIT, Vectors, norm
from drivers.contracts import Pixels

NOWHERE: Final = 127
"""Outside the finger. Inside all values are multiples of 16, from 0 (mid ridge) to 240 (mid valley)."""
LAG_PX: Final = 4
"""So many lines higher does a phase stand than the pixel that it is of."""
_STEPS: Final = 0xF0
_SCALE: Final = 2048


def _even(*taps: float) -> NDArray[np.float32]:
    return np.array([*taps[:0:-1], *taps], np.float32)


def _odd(*taps: float) -> NDArray[np.float32]:
    return np.array([*(-tap for tap in taps[:0:-1]), *taps], np.float32)


_BELL: Final = _even(122, 78, 20, 2, 0)
_SECOND: Final = (_even(-112, -7, 48, 14, 1), _odd(0, 71, 37, 6, 0), _BELL)
_HILBERT: Final = (_odd(0, -92, -12, 8, 1), _even(-90, -23, 21, 7, 1), _odd(0, 52, 27, 4, 0), _BELL)
"""Horizontal taps. The vertical ones are the same from the other end, but for the middle two of the Hilbert transform,
which change places."""


def phase(pixels: Pixels, normals: Vectors) -> Pixels:
    """(h, w) uint8 of (h, w) uint8 and (h/4, w/4) unit vectors."""
    x, y = normals
    height, width = pixels.shape
    grey = pixels.astype(np.float32)
    xx, yy = _product(x, x), _product(y, y)
    real = np.zeros_like(grey)
    second = ((xx, 0, 2), (_product(2 * x, y), 1, 1), (yy, 2, 0))
    for weight, horizontal, vertical in second:
        real += _steered(grey, weight, _SECOND[horizontal], _SECOND[vertical])
    imaginary = np.zeros_like(grey)
    hilbert = (
        (_product(x, xx), 0, 3),
        (_product(3 * xx, y), 1, 2),
        (_product(3 * yy, x), 2, 1),
        (_product(y, yy), 3, 0),
    )
    for weight, horizontal, vertical in hilbert:
        imaginary += _steered(grey, weight, _HILBERT[horizontal], _HILBERT[vertical])
    _scale(real)
    _scale(imaginary)
    by = norm(real, imaginary)
    cosine = np.trunc(real / np.where(by > 0, by, np.float32(np.inf)))
    steps = (UNIT - cosine).astype(np.uint8) & np.uint8(_STEPS)
    found = np.full((height, width), NOWHERE, np.uint8)
    middle = np.s_[LAG_PX : height - LAG_PX]
    found[: height - 2 * LAG_PX] = np.where(real[middle] != 0, steps[middle], np.uint8(NOWHERE))
    return found


def _scale(values: NDArray[np.float32]) -> None:
    """Down to what the reference keeps, in place."""
    values += _SCALE / 2
    values *= 1 / _SCALE
    np.floor(values, out=values)


def _product(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of two unit vectors' parts, again in 127ths."""
    return np.asarray(np.floor((a * b + 64) * np.float32(1 / 128)), np.float32)


def _steered(
    grey: NDArray[np.float32],
    weight: NDArray[np.float32],
    horizontal: NDArray[np.float32],
    vertical: NDArray[np.float32],
) -> NDArray[np.float32]:
    height, width = grey.shape
    response = np.asarray(cv2.sepFilter2D(grey, -1, horizontal, vertical, borderType=cv2.BORDER_REPLICATE), np.float32)
    response *= cv2.resize(weight, (width, height), interpolation=cv2.INTER_NEAREST)
    return response
