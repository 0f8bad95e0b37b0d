"""Ridges are made as clear all at once as block by block with the fast Fourier transform, which is the plain way."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.fingerprint.enhancement import enhanced
from appliance.fingerprint.running_rows import REACH_PX, run_on
from drivers.contracts import Pixels

SIDE, STEP, OVERLAP = 32, 17, 15


def _clear(block: NDArray[np.float64]) -> NDArray[np.float64]:
    spectrum = np.fft.fft2(block)
    across, down = np.abs(spectrum.real), np.abs(spectrum.imag)
    amplitude = np.maximum(np.maximum(across, down), (across + down) * 181 / 256)
    waves = np.fft.fftfreq(SIDE, 1 / SIDE)
    squared = waves[:, None] ** 2 + waves**2
    is_ridge = (squared > 6) & (squared < 169)
    return np.rint(np.fft.ifft2(spectrum * is_ridge * (1 + amplitude / 4096) / 8).real)


def _plainly(pixels: Pixels, where: NDArray[np.bool_]) -> Pixels:
    height, width = pixels.shape
    dark = np.pad(255.0 - pixels, (OVERLAP, 2 * SIDE))
    finger = np.pad(where.repeat(4, axis=0).repeat(4, axis=1), (OVERLAP, 2 * SIDE))
    total = np.zeros_like(dark)
    ramp = np.minimum(np.minimum(np.arange(1, SIDE + 1), np.arange(SIDE, 0, -1)), OVERLAP + 1) / (OVERLAP + 1)
    for top in range(0, height + OVERLAP, STEP):
        for left in range(0, width + OVERLAP, STEP):
            place = np.s_[top : top + SIDE, left : left + SIDE]
            if finger[place].any():
                block = _clear(dark[place])
                span = max(np.ptp(block), 16.0)
                scaled = (block - block.min() + max(16.0 - np.ptp(block), 0) / 2) / span
                total[place] += np.rint(scaled * np.outer(ramp, ramp) * 251)
    return np.asarray(255 - total[OVERLAP : OVERLAP + height, OVERLAP : OVERLAP + width], np.uint8)


def _image(seed: int, height: int, width: int) -> Pixels:
    """Ridges, with noise, and a corner of a single grey."""
    y, x = np.mgrid[:height, :width]
    noise = np.random.default_rng(seed).normal(0, 12, (height, width))
    image = np.clip(128 + 90 * np.cos((x * np.cos(seed) + y * np.sin(seed)) * 2 * np.pi / 6) + noise, 0, 255)
    image[:40, :40] = 200
    return np.asarray(image, np.uint8)


@pytest.mark.parametrize(("seed", "height", "width"), [(1, 64, 64), (2, 100, 120), (3, 136, 68)])
@pytest.mark.parametrize("part", ["all", "two pieces", "one cell"])
def test_all_blocks_at_once_are_as_each_by_itself(seed: int, height: int, width: int, part: str) -> None:
    image = _image(seed, height, width)
    where = np.ones((height // 4, width // 4), np.bool_)
    if part != "all":
        where[:] = False
        where[2, 3] = True
    if part == "two pieces":
        where[-3:, -5:] = True
    found, alone = enhanced(image, where), _plainly(image, where)
    # A value that lies between two whole numbers may be rounded either way.
    assert np.abs(found.astype(int) - alone.astype(int)).max() <= 2
    assert (found == alone).mean() > 0.99


def test_without_a_finger_nothing_is_clear() -> None:
    assert (enhanced(_image(1, 64, 64), np.zeros((16, 16), np.bool_)) == 255).all()


def test_rows_run_on_into_one_another() -> None:
    rows = np.random.default_rng(5).integers(0, 256, (7, 12), np.uint8)
    flat = np.concatenate([np.full(REACH_PX, 127.0), rows.ravel(), np.full(REACH_PX, 127.0)])
    plain = [flat[row * 12 : row * 12 + 12 + 2 * REACH_PX] for row in range(7)]
    assert np.array_equal(run_on(rows, 127), plain)
