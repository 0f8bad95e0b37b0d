"""Slaps drawn from hands: ridges, pressure, halo, noise; with where each finger truly is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels
from tests.unit.fingerprint.hands import Finger, Pad

_MM_PER_INCH = 25.4
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Truth:
    """One fingertip as drawn, in pixels. `angle_deg`: from upright, clockwise. `number`: as the hand has it."""

    number: int
    centre: tuple[float, float]
    angle_deg: float
    width_px: float
    height_px: float

    @cached_property
    def tip(self) -> tuple[float, float]:
        a = np.radians(self.angle_deg)
        x, y = self.centre
        return float(x + np.sin(a) * self.height_px / 2), float(y - np.cos(a) * self.height_px / 2)


@dataclass(frozen=True)
class Slap:
    pixels: Pixels
    fingers: tuple[Truth, ...]
    """From left to right as the hand has them."""
    angle_deg: float

    @property
    def is_on_glass(self) -> bool:
        """Whether most of every fingertip is in the image."""
        height, width = self.pixels.shape
        return all(
            min(x, width - x) > 0.35 * finger.width_px and min(y, height - y) > 0.35 * finger.width_px
            for finger in self.fingers
            for x, y in (finger.centre, finger.tip)
        )


def draw(
    rng: np.random.Generator,
    fingers: Sequence[Finger],
    *,
    left: bool = False,
    angle_deg: float = 0.0,
    ppi: int = 500,
    size_px: tuple[int, int] = (1600, 1500),
    without: Sequence[int] = (),
) -> Slap:
    """`size_px`: (width, height) at 500 ppi. `without`: the numbers that do not touch the glass."""
    unit = ppi / _MM_PER_INCH
    width, height = (round(side * ppi / 500) for side in size_px)
    mirror = -1.0 if left else 1.0
    turn = np.radians(angle_deg)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    tips = np.array([[mirror * f.pads[0].x_mm, -f.pads[0].y_mm] for f in fingers]) @ rotation.T * unit
    middle = (tips.min(axis=0) + tips.max(axis=0)) / 2
    jitter = rng.uniform(-1, 1, 2) * np.maximum(0, (np.array([width, height]) - np.ptp(tips, axis=0)) / 2 - 12 * unit)
    origin = np.array([width, height]) / 2 - middle + jitter * 0.8
    ink = np.zeros((height, width), np.float32)
    skin = np.zeros((height, width), np.float32)
    truths = []
    for finger in fingers:
        if finger.number in without:
            continue
        for order, pad in enumerate(finger.pads):
            at = rotation @ np.array([mirror * pad.x_mm, -pad.y_mm]) * unit + origin
            lean = angle_deg + mirror * pad.tilt_deg
            _press(rng, ink, skin, pad, at, lean, unit, tip=order == 0)
            if order == 0:
                x, y = (float(value) for value in at)
                truths.append(Truth(finger.number, (x, y), lean, pad.width_mm * unit, pad.length_mm * unit))
    pixels = _glass(rng, ink, skin, unit)
    truths.sort(key=lambda t: -t.number if left else t.number)
    return Slap(pixels, tuple(truths), angle_deg)


def _press(
    rng: np.random.Generator,
    ink: Floats,
    skin: Floats,
    pad: Pad,
    at: NDArray[np.float64],
    lean_deg: float,
    unit: float,
    *,
    tip: bool,
) -> None:
    reach = int(np.hypot(pad.width_mm, pad.length_mm) / 2 * unit) + 4
    left, top = max(int(at[0]) - reach, 0), max(int(at[1]) - reach, 0)
    right, bottom = min(int(at[0]) + reach, ink.shape[1]), min(int(at[1]) + reach, ink.shape[0])
    if right <= left or bottom <= top:
        return
    x = (np.arange(left, right, dtype=np.float32) - np.float32(at[0])) / np.float32(unit)
    y = (np.arange(top, bottom, dtype=np.float32) - np.float32(at[1])) / np.float32(unit)
    a = np.radians(lean_deg)
    across = x[None, :] * np.float32(np.cos(a)) + y[:, None] * np.float32(np.sin(a))
    along = -x[None, :] * np.float32(np.sin(a)) + y[:, None] * np.float32(np.cos(a))
    shape = across.shape
    rounded = rng.uniform(2.0, 2.6) if tip else rng.uniform(2.6, 4.0)
    away = (np.abs(across) / (pad.width_mm / 2)) ** rounded + (np.abs(along) / (pad.length_mm / 2)) ** rounded
    away += _smooth(rng, shape, 2.5 * unit, 0.07)
    touch = np.clip((1.06 - away) / 0.18, 0, 1)
    down = rng.uniform(0.0, 0.25) * pad.length_mm
    slant = rng.normal(0.0, 0.2)
    arched = along + slant * across
    if tip and rng.random() < 0.4:
        phase = np.sqrt(across**2 + ((along - down) * np.float32(0.8)) ** 2 + 0.1)
    elif tip:
        rise = rng.uniform(1.5, 4.0) * np.clip(0.5 - along / pad.length_mm, 0, 1)
        phase = arched + rise * (across / (pad.width_mm / 2)) ** 2
    else:
        phase = arched
    phase = phase + _smooth(rng, shape, 4 * unit, 0.2)
    ridges = 0.5 + 0.5 * np.sin(phase * np.float32(2 * np.pi / rng.uniform(0.40, 0.52)))
    dry = np.clip(_smooth(rng, shape, 0.25 * unit, 0.55) + rng.uniform(0.7, 1.15), 0, 1)
    patch = pad.pressure * touch * dry * np.clip(ridges * 1.5 - rng.uniform(0.0, 0.35), 0, 1)
    here = np.s_[top:bottom, left:right]
    np.maximum(ink[here], patch.astype(np.float32), out=ink[here])
    np.maximum(skin[here], touch.astype(np.float32), out=skin[here])


def _glass(rng: np.random.Generator, ink: Floats, skin: Floats, unit: float) -> Pixels:
    """What the scanner sees: ink on light glass, a halo of moisture, a gradient of light, noise."""
    height, width = ink.shape
    light = rng.uniform(215, 255) + rng.uniform(-8, 8) * np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    eighth = cv2.resize(skin, (max(width // 8, 1), max(height // 8, 1)), interpolation=cv2.INTER_AREA)
    halo = cv2.resize(cv2.GaussianBlur(eighth, (0, 0), max(0.15 * unit, 0.5)), (width, height))
    depth = rng.uniform(0, 30)
    image = light - depth * halo - rng.uniform(140, 225) * ink
    noise = rng.standard_normal((height, width), np.float32) * np.float32(rng.uniform(0.5, 6.0))
    return np.asarray(np.clip(image + noise, 0, 255), np.uint8)


def _smooth(rng: np.random.Generator, shape: tuple[int, ...], scale_px: float, amount: float) -> Floats:
    """Noise whose hills are about `scale_px` wide."""
    rows, columns = (max(2, round(side / scale_px) + 2) for side in shape[:2])
    coarse = rng.normal(0.0, amount, (rows, columns)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)
