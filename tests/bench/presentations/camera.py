"""What a camera makes of light: exposure, lens, sensor's noise, JPEG, and moments that are never quite even."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.liveness.face.colour_sequence import Colour
from drivers.contracts import Pixels

HEIGHT_PX, WIDTH_PX, RATE = 720, 1280, 15.0
_SPARE_PX = 64

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Light:
    """`strength`: what the kiosk's screen in white adds to the room's light on the face. `lag_s`: screen to sensor."""

    strength: float
    lag_s: float


class Camera:
    """One, with its own noise and shaking; `expose` makes a frame of what stands before it."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        deviation = random.uniform(0.8, 2.6)
        size = (HEIGHT_PX + _SPARE_PX, WIDTH_PX + _SPARE_PX, 3)
        self._noise = np.round(deviation * random.standard_normal(size, dtype=np.float32)).astype(np.int16)
        self._blur_px = float(random.uniform(0.5, 1.0))
        self._quality = int(random.integers(78, 96))
        self._gain = float(random.uniform(0.8, 1.12))
        self._balance = random.uniform(0.94, 1.06, 3)
        self._drift = random.uniform(-0.02, 0.02, 3)
        self._next_s = float(random.uniform(0.0, 100.0))
        self.light = Light(float(np.exp(random.uniform(np.log(0.06), np.log(0.35)))), float(random.uniform(0.04, 0.16)))

    def moment(self) -> float:
        """When the next frame is taken."""
        taken_s = self._next_s + float(self._random.normal(0.0, 0.0006))
        self._next_s += 1.0 / RATE * (2.0 if self._random.random() < 0.01 else 1.0)
        return taken_s

    def shake_px(self) -> tuple[float, float]:
        x, y = self._random.normal(0.0, 0.12, 2)
        return float(x), float(y)

    def expose(self, scene: Pixels, passed_s: float) -> Pixels:
        """What is brighter than white is white."""
        gains = self._gain * self._balance * (1.0 + self._drift * passed_s / 4.0)
        seen = times(cv2.GaussianBlur(scene, (0, 0), self._blur_px), gains)
        top, left = (int(value) for value in self._random.integers(0, _SPARE_PX, 2))
        noise = self._noise[top : top + HEIGHT_PX, left : left + WIDTH_PX]
        return compressed(np.asarray(cv2.add(seen, noise, dtype=cv2.CV_8U), np.uint8), self._quality)


def lit(gain_of: Colour | None, strength: float) -> NDArray[np.float32]:
    """(3,) B, G, R gains of linear light that a screen's colour gives, for sRGB values: a power of about 1/2.2."""
    if gain_of is None:
        return np.ones(3, np.float32)
    linear = (np.asarray(gain_of[::-1], np.float64) / 255.0) ** 2.2
    return np.asarray((1.0 + strength * linear) ** (1.0 / 2.2), np.float32)


def times(pixels: cv2.typing.MatLike, gains: Sequence[float] | NDArray[Any]) -> Pixels:
    """(H, W, 3) uint8, each channel by its gain."""
    values = np.clip(np.round(np.arange(256)[:, None] * np.asarray(gains)[None, :]), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(pixels, values[:, None, :]), np.uint8)


def mixed(over: Pixels, under: Pixels, share: Plane) -> Pixels:
    """(H, W, 3), of each as much as `share` (H, W) float32 says."""
    return np.asarray(cv2.blendLinear(over, under, share, 1.0 - share), np.uint8)


def compressed(pixels: Pixels, quality: int) -> Pixels:
    written = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    read = cv2.imdecode(written, cv2.IMREAD_COLOR)
    assert read is not None
    return np.asarray(read, np.uint8)
