"""Ridges made clearer: in overlapping blocks the frequencies of ridges are kept, the strong ones more than the weak."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from appliance.fingerprint.working_scale import CELL_PX
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
_AT_ONCE: Final = 48
"""So many blocks stay in a processor's cache."""


def _waves(numbers: NDArray[np.intp]) -> NDArray[np.float32]:
    """(2, n, 32): cosines and sines of so many waves a block."""
    angles = np.outer(numbers, np.arange(_SIDE_PX)) * (2 * np.pi / _SIDE_PX)
    return np.stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


def _trapezoid() -> NDArray[np.float32]:
    """(32, 32): what a block counts at each pixel, so that overlapping ones sum up to one."""
    ramp = np.minimum(np.arange(_SIDE_PX) + 1, np.arange(_SIDE_PX, 0, -1))
    side = np.minimum(ramp, _OVERLAP_PX + 1) / (_OVERLAP_PX + 1)
    return np.outer(side, side).astype(np.float32)


_REACH: Final = int(_FASTEST**0.5)
"""No wave of a ridge is faster along one axis."""
_RIGHT: Final = np.arange(_REACH)
_DOWN: Final = np.arange(1 - _REACH, _REACH)
_SQUARED: Final = _DOWN[:, None] ** 2 + _RIGHT**2
_BAND: Final = ((_SQUARED > _SLOWEST) & (_SQUARED < _FASTEST)).astype(np.float32) / 8
"""(25, 13)."""
_TO: Final = np.ascontiguousarray(_waves(_DOWN).transpose(1, 2, 0)).reshape(len(_DOWN), -1)
"""(25, 64): what is multiplied with the cosines and what with the sines, in turns."""
_COSINES, _SINES = (part.T for part in _waves(_RIGHT))
_ACROSS: Final = np.concatenate([_COSINES, -_SINES, -_SINES, -_COSINES], axis=1)
"""(32, 52): real parts and imaginary ones, 13 each; and the same a quarter turned back."""
_TWICE: Final = np.tile(np.where(_RIGHT > 0, 2, 1) / _SIDE_PX**2, 2)[:, None].astype(np.float32)
"""A real image's waves to the left are those to the right."""
_BACK: Final = np.concatenate([_TWICE * turned.T for turned in np.split(_ACROSS, 2, axis=1)], axis=1)
"""(26, 64)."""
_FROM: Final = np.ascontiguousarray(_TO.reshape(len(_DOWN), _SIDE_PX, 2).transpose(1, 0, 2)).reshape(_SIDE_PX, -1)
"""(32, 50)."""
_WEIGHT: Final = _trapezoid() * np.float32(_WHITE)


def enhanced(pixels: Pixels, where: NDArray[np.bool_]) -> Pixels:
    """(h, w) uint8 of (h, w) uint8 at 333 ppi: each block's ridges over its full range of grey; black where the block
    has none of `where`, which is of cells of `CELL_PX`."""
    height, width = pixels.shape
    rows, columns = (-(-(extent + _OVERLAP_PX) // _STEP_PX) for extent in pixels.shape)
    dark = np.zeros((rows * _STEP_PX + _SIDE_PX, columns * _STEP_PX + _SIDE_PX), np.float32)
    inner = np.s_[_OVERLAP_PX : _OVERLAP_PX + height, _OVERLAP_PX : _OVERLAP_PX + width]
    np.subtract(np.float32(255), pixels, out=dark[inner])
    down, right = dark.strides
    step = (_STEP_PX * down, _STEP_PX * right, down, right)
    blocks = as_strided(dark, (rows, columns, _SIDE_PX, _SIDE_PX), step)
    of_row, of_column = _with_any(where, rows, columns)
    total = np.zeros_like(dark)
    for first in range(0, len(of_row), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        for block, row, column in zip(
            _ranged(_ridges(blocks[of_row[some], of_column[some]])),
            (of_row[some] * _STEP_PX).tolist(),
            (of_column[some] * _STEP_PX).tolist(),
            strict=True,
        ):
            total[row : row + _SIDE_PX, column : column + _SIDE_PX] += block
    return (np.float32(255) - total[inner]).astype(np.uint8)


def _with_any(where: NDArray[np.bool_], rows: int, columns: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row and column of the blocks that cover some of it."""
    counted = cv2.integral(where.astype(np.uint8))
    top, bottom = _cells(rows, where.shape[0])
    left, right = _cells(columns, where.shape[1])
    corners = (counted[np.ix_(*corner)] for corner in ((bottom, right), (top, right), (bottom, left), (top, left)))
    whole, above, beside, both = corners
    row, column = np.nonzero(whole - above - beside + both)
    return row, column


def _cells(blocks: int, cells: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Along one axis, from which cell to which each block reaches, half open."""
    begin = np.arange(blocks) * _STEP_PX - _OVERLAP_PX
    return np.clip(begin // CELL_PX, 0, cells), np.clip(-(-(begin + _SIDE_PX) // CELL_PX), 0, cells)


def _ridges(blocks: NDArray[np.float32]) -> NDArray[np.float32]:
    """By Fourier's transform as matrices: for the few waves that are a ridge's it is quicker than the fast one."""
    count = len(blocks)
    across = blocks.reshape(-1, _SIDE_PX) @ _ACROSS
    spectrum = _TO @ across.reshape(count, 2 * _SIDE_PX, -1)
    _strengthen(spectrum)
    back = spectrum.reshape(-1, 2 * _REACH) @ _BACK
    clear = _FROM @ back.reshape(count, 2 * len(_DOWN), -1)
    return np.asarray(np.rint(clear, out=clear), np.float32)


def _strengthen(spectrum: NDArray[np.float32]) -> None:
    """In place. Its amplitude is taken as the reference does, by an octagon."""
    real, imaginary = spectrum[:, :, :_REACH], spectrum[:, :, _REACH:]
    across, down = np.abs(real), np.abs(imaginary)
    gain = np.maximum(across, down)
    across += down
    across *= _DIAGONAL
    np.maximum(gain, across, out=gain)
    gain *= 1 / _HALF
    gain += 1
    gain *= _BAND
    real *= gain
    imaginary *= gain


def _ranged(blocks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each from black to white, weighed; one of almost no range stays in the middle of it."""
    darkest = blocks.min(axis=(1, 2), keepdims=True)
    span = blocks.max(axis=(1, 2), keepdims=True) - darkest
    missing = np.maximum(_LEAST_RANGE - span, 0)
    scaled = np.asarray(blocks - (darkest - missing / 2), np.float32)
    scaled *= 1 / np.maximum(span, _LEAST_RANGE)
    scaled *= _WEIGHT
    np.rint(scaled, out=scaled)
    return scaled
