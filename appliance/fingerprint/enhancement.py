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


def _waves() -> NDArray[np.float32]:
    """(26, 32): the cosines of 0 to 12 waves a block, and their sines."""
    angles = np.outer(np.arange(_REACH), np.arange(_SIDE_PX)) * (2 * np.pi / _SIDE_PX)
    return np.concatenate([np.cos(angles), np.sin(angles)]).astype(np.float32)


def _band() -> NDArray[np.float32]:
    """(13, 13), across and down: of a ridge's waves, what each counts for when the transform is undone. Those that run
    to the left are those to the right in a real image, and those upwards come by themselves but for level ones."""
    number = np.arange(_REACH)
    squared = number[:, None] ** 2 + number**2
    times = np.outer(np.where(number > 0, 2, 1), np.where(number > 0, 1, 0.5))
    is_ridge = (squared > _SLOWEST) & (squared < _FASTEST)
    return np.asarray(is_ridge * times / (8 * _SIDE_PX**2), np.float32)


def _ramps() -> NDArray[np.float32]:
    """(32,): what a block counts along one axis, so that overlapping ones sum up to one."""
    ramp = np.minimum(np.arange(_SIDE_PX) + 1, np.arange(_SIDE_PX, 0, -1))
    return np.asarray(np.minimum(ramp, _OVERLAP_PX + 1) / (_OVERLAP_PX + 1), np.float32)


_REACH: Final = int(_FASTEST**0.5)
"""No wave of a ridge is faster along one axis."""
_TO: Final = _waves()
_FROM: Final = np.ascontiguousarray(_TO.T)
_BAND: Final = _band()[:, :, None]
_RAMPS: Final = _ramps()
_WEIGHT_DOWN: Final = _RAMPS[:, None] * np.float32(_WHITE)


def enhanced(pixels: Pixels, where: NDArray[np.bool_]) -> Pixels:
    """(h, w) uint8 of (h, w) uint8 at 333 ppi: each block's ridges over its full range of grey; white where the block
    has none of `where`, which is of cells of `CELL_PX`."""
    height, width = pixels.shape
    rows, columns = (-(-(extent + _OVERLAP_PX) // _STEP_PX) for extent in pixels.shape)
    dark = np.zeros((rows * _STEP_PX + _SIDE_PX, columns * _STEP_PX + _SIDE_PX), np.float32)
    inner = np.s_[_OVERLAP_PX : _OVERLAP_PX + height, _OVERLAP_PX : _OVERLAP_PX + width]
    dark[inner] = 255 - pixels
    total = np.zeros_like(dark)
    counts = _with_any(where, rows, columns)
    if counts.any():
        around = _box(counts)
        waves = _waves_down(dark, rows, columns)[:, *around]
        blocks = _ridges(waves.reshape(len(_TO), -1, _SIDE_PX))
        _add(_ranged(blocks, counts[around].ravel()).reshape(_SIDE_PX, *waves.shape[1:]), total, around)
    return (np.float32(255) - total[inner]).astype(np.uint8)


def _box(counts: NDArray[np.bool_]) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(counts.any(axis=1)), np.flatnonzero(counts.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _add(blocks: NDArray[np.float32], total: NDArray[np.float32], around: tuple[slice, slice]) -> None:
    """Each of (32, rows, columns, 32) at its place: every second one of a row, and every second row, do not overlap."""
    down, right = total.strides
    begin = total[around[0].start * _STEP_PX :, around[1].start * _STEP_PX :]
    step = (down, _STEP_PX * down, _STEP_PX * right, right)
    places = as_strided(begin, blocks.shape, step)
    for row in range(2):
        for column in range(2):
            part = places[:, row::2, column::2]
            part += blocks[:, row::2, column::2]


def _waves_down(dark: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    """(26, rows, columns, 32): each block's columns as waves. Blocks beside one another share most of them."""
    down, right = dark.strides
    lines = as_strided(dark, (rows, _SIDE_PX, dark.shape[1]), (_STEP_PX * down, down, right))
    found = _TO @ lines
    of_row, of_wave, of_pixel = found.strides
    step = (of_wave, of_row, _STEP_PX * of_pixel, of_pixel)
    return as_strided(found, (len(_TO), rows, columns, _SIDE_PX), step)


def _with_any(where: NDArray[np.bool_], rows: int, columns: int) -> NDArray[np.bool_]:
    """(rows, columns): which blocks cover some of it."""
    counted = np.asarray(cv2.integral(where.view(np.uint8)))
    top, bottom = _cells(rows, where.shape[0])
    left, right = _cells(columns, where.shape[1])
    above = counted[bottom] - counted[top]
    return np.asarray(above[:, right] > above[:, left])


def _cells(blocks: int, cells: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Along one axis, from which cell to which each block reaches, half open."""
    begin = np.arange(blocks) * _STEP_PX - _OVERLAP_PX
    end = begin + _SIDE_PX + CELL_PX - 1
    return np.minimum(np.maximum(begin // CELL_PX, 0), cells), np.minimum(end // CELL_PX, cells)


def _ridges(waves_down: NDArray[np.float32]) -> NDArray[np.float32]:
    """(32, n, 32) of (26, n, 32): what is left of each block's pixels when only a ridge's waves are kept.

    Fourier's transform as products of matrices: for so few waves it is quicker than the fast one. Cosines and sines
    down times cosines and sines across are the real and the imaginary part of the waves that run down to the right,
    and, added where those are subtracted, of those that run up."""
    count = waves_down.shape[1]
    waves = (_TO @ waves_down.reshape(-1, _SIDE_PX).T).reshape(2, _REACH, 2, _REACH, count)
    kept = np.empty_like(waves)
    real_down, real_up = waves[0, :, 0] - waves[1, :, 1], waves[0, :, 0] + waves[1, :, 1]
    imaginary_down, imaginary_up = waves[1, :, 0] + waves[0, :, 1], waves[1, :, 0] - waves[0, :, 1]
    _strengthen(real_down, imaginary_down)
    _strengthen(real_up, imaginary_up)
    np.add(real_down, real_up, out=kept[0, :, 0])
    np.subtract(real_up, real_down, out=kept[1, :, 1])
    np.add(imaginary_down, imaginary_up, out=kept[1, :, 0])
    np.subtract(imaginary_down, imaginary_up, out=kept[0, :, 1])
    across = kept.reshape(len(_TO), -1).T @ _TO
    blocks = (_FROM @ across.reshape(len(_TO), -1)).reshape(_SIDE_PX, count, _SIDE_PX)
    return np.asarray(np.rint(blocks, out=blocks), np.float32)


def _strengthen(real: NDArray[np.float32], imaginary: NDArray[np.float32]) -> None:
    """In place. Their amplitude is taken as the reference does, by an octagon."""
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


def _ranged(blocks: NDArray[np.float32], counts: NDArray[np.bool_]) -> NDArray[np.float32]:
    """In place: each from black to white, weighed; one of almost no range stays in the middle of it, and those that do
    not count are nothing."""
    darkest = blocks.min(axis=0).min(axis=1, keepdims=True)
    span = blocks.max(axis=0).max(axis=1, keepdims=True) - darkest
    missing = np.maximum(_LEAST_RANGE - span, 0)
    blocks -= np.repeat(darkest - missing / 2, _SIDE_PX, axis=1)
    blocks *= _RAMPS * counts[:, None] / np.maximum(span, _LEAST_RANGE)
    flat = blocks.reshape(_SIDE_PX, -1)
    flat *= _WEIGHT_DOWN
    np.rint(flat, out=flat)
    return blocks
