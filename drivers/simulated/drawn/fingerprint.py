"""Impressions of a finger that does not exist, as an optical reader would give them. Nobody's print.

The same seed and position are the same finger; attempts differ by placement, pressure, skin and noise.
"""

from __future__ import annotations

import zlib
from functools import lru_cache

import cv2
import numpy as np

from drivers.contracts import Pixels
from drivers.simulated.drawn.orientation import draw_orientation
from drivers.simulated.drawn.ridges import Wave, grow_ridges

HEIGHT_PX, WIDTH_PX = 560, 416
RESOLUTION_PPI = 500
RIDGE_PERIOD_PX = 9.0
_PAPER = 236.0


@lru_cache(maxsize=64)
def draw_fingerprint(seed: int, position: str, attempt: int) -> Pixels:
    """(560, 416) uint8 at 500 ppi, ridges dark on light. Read-only: it is shared by all who ask for the same."""
    random = np.random.default_rng([seed, zlib.crc32(position.encode()), attempt, 7])
    wave = _placed(_finger(seed, position), random)
    height, width = wave.shape
    pressure = random.uniform(-0.12, 0.18)
    grain = _smooth_noise(height, width, 2.2, random)
    dryness = _smooth_noise(height, width, 40.0, random)
    ink = 1.0 / (1.0 + np.exp(-(wave + pressure + 0.22 * grain + 0.18 * dryness) * 8.0))
    ink *= _contact(height, width, random)
    depth = 176.0 + 14.0 * dryness
    image = _PAPER - depth * ink + 5.0 * _smooth_noise(height, width, 120.0, random)
    image = cv2.GaussianBlur(image.astype(np.float32), (0, 0), 0.55) + random.normal(0.0, 2.5, image.shape)
    pixels: Pixels = np.clip(np.round(image), 0, 255).astype(np.uint8)
    pixels.flags.writeable = False
    return pixels


@lru_cache(maxsize=16)
def _finger(seed: int, position: str) -> Wave:
    """The whole pattern of one finger, (560, 416) float32 in [-1, 1]; placement and skin come with each attempt."""
    random = np.random.default_rng([seed, zlib.crc32(position.encode())])
    half_height, half_width = HEIGHT_PX // 2, WIDTH_PX // 2
    orientation = draw_orientation(half_height, half_width, random)
    wave = grow_ridges(orientation, RIDGE_PERIOD_PX / 2 * random.uniform(0.95, 1.08), random)
    return np.asarray(cv2.resize(wave, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC), np.float32)


def _placed(wave: Wave, random: np.random.Generator) -> Wave:
    """The pattern turned, shifted and slightly stretched by the skin."""
    height, width = wave.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), random.uniform(-6, 6), random.uniform(0.99, 1.01))
    turn[:, 2] = turn[:, 2] + random.uniform(-12, 12, size=2)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    from_x = turn[0, 0] * x + turn[0, 1] * y + turn[0, 2] + 2.5 * _smooth_noise(height, width, 70.0, random)
    from_y = turn[1, 0] * x + turn[1, 1] * y + turn[1, 2] + 2.5 * _smooth_noise(height, width, 70.0, random)
    from_x, from_y = from_x.astype(np.float32), from_y.astype(np.float32)
    moved = cv2.remap(wave, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.float32)


def _contact(height: int, width: int, random: np.random.Generator) -> Wave:
    """Where skin meets glass, 0 to 1: a fingertip's rounded outline, ragged as skin is."""
    x, y = np.meshgrid(np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32))
    x = x - random.uniform(-0.04, 0.04)
    y = y - random.uniform(-0.03, 0.05)
    outline = (np.abs(x) / 0.84) ** 2.5 + (np.abs(y - 0.02) / 0.90) ** 2.7
    ragged = (
        outline + 0.07 * _smooth_noise(height, width, 30.0, random) + 0.05 * _smooth_noise(height, width, 5.0, random)
    )
    return np.asarray(1.0 / (1.0 + np.exp((ragged - 0.95) * 14.0)), np.float32)


def _smooth_noise(height: int, width: int, scale_px: float, random: np.random.Generator) -> Wave:
    """Noise of unit deviation whose patches are about `scale_px` wide."""
    rows, columns = max(4, int(height / scale_px) + 3), max(4, int(width / scale_px) + 3)
    coarse = random.standard_normal((rows, columns), dtype=np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
