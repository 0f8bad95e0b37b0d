"""Ridges made clearer: in overlapping blocks the frequencies of ridges are kept, the strong ones more than the weak."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from drivers.contracts import Pixels

_SIDE_PX: Final = 32
_STEP_PX: Final = 17
_OVERLAP_PX: Final = _SIDE_PX - _STEP_PX
_SLOWEST: Final = 6
_FASTEST: Final = 169
"""Squared, in waves a block: what lies between is a ridge's."""
_HALF: Final = 4096.0
"""The amplitude that is doubled."""
_DIAGONAL: Final = 181 / 256
_WHITE: Final = 251
_LEAST_RANGE: Final = 16.0


def _band() -> NDArray[np.bool_]:
    down = np.fft.fftfreq(_SIDE_PX, 1 / _SIDE_PX)
    across = np.arange(_SIDE_PX // 2 + 1)
    squared = down[:, None] ** 2 + across**2
    return (squared > _SLOWEST) & (squared < _FASTEST)


def _trapezoid() -> NDArray[np.float32]:
    """(32, 32): what a block counts at each pixel, so that overlapping ones sum up to one."""
    ramp = np.minimum(np.arange(_SIDE_PX) + 1, np.arange(_SIDE_PX, 0, -1))
    side = np.minimum(ramp, _OVERLAP_PX + 1) / (_OVERLAP_PX + 1)
    return np.outer(side, side).astype(np.float32)


_BAND: Final = (_band() / 8).astype(np.float32)
_WEIGHT: Final = _trapezoid() * np.float32(_WHITE)


def enhanced(pixels: Pixels) -> Pixels:
    """(h, w) uint8 of (h, w) uint8 at 333 ppi: each block's ridges over its full range of grey."""
    height, width = pixels.shape
    rows, columns = (-(-(extent + _OVERLAP_PX) // _STEP_PX) for extent in pixels.shape)
    dark = np.zeros((rows * _STEP_PX + _SIDE_PX, columns * _STEP_PX + _SIDE_PX), np.float32)
    inner = np.s_[_OVERLAP_PX : _OVERLAP_PX + height, _OVERLAP_PX : _OVERLAP_PX + width]
    np.subtract(np.float32(255), pixels, out=dark[inner])
    blocks = _ranged(_ridges(_blocks(dark, rows, columns, _STEP_PX)))
    total = np.zeros_like(dark)
    # Every second block in either direction overlaps no other.
    for down in range(2):
        for right in range(2):
            part = blocks[down::2, right::2]
            view = _blocks(total[_STEP_PX * down :, _STEP_PX * right :], *part.shape[:2], 2 * _STEP_PX)
            view += part
    return (np.float32(255) - total[inner]).astype(np.uint8)


def _blocks(pixels: NDArray[np.float32], rows: int, columns: int, step_px: int) -> NDArray[np.float32]:
    down, right = pixels.strides
    return as_strided(pixels, (rows, columns, _SIDE_PX, _SIDE_PX), (step_px * down, step_px * right, down, right))


def _ridges(blocks: NDArray[np.float32]) -> NDArray[np.float32]:
    spectrum = np.fft.rfft2(blocks)
    real, imaginary = np.abs(spectrum.real), np.abs(spectrum.imag)
    octagon = np.maximum(np.maximum(real, imaginary), (real + imaginary) * np.float32(_DIAGONAL))
    spectrum *= (1 + octagon * np.float32(1 / _HALF)) * _BAND
    return np.rint(np.fft.irfft2(spectrum, s=(_SIDE_PX, _SIDE_PX)))


def _ranged(blocks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each from black to white, weighed; one of almost no range stays in the middle of it."""
    darkest = blocks.min(axis=(2, 3), keepdims=True)
    span = blocks.max(axis=(2, 3), keepdims=True) - darkest
    missing = np.maximum(_LEAST_RANGE - span, 0)
    scaled = blocks - (darkest - missing / 2)
    scaled *= 1 / np.maximum(span, _LEAST_RANGE)
    scaled *= _WEIGHT
    return np.rint(scaled, out=scaled)
