"""How a face is lit: luminance components of ISO/IEC 29794-5, measured on an ellipse within the detector's box.

The standard measures within landmarks; until they are found, raw values are near the standard's, and the mapping from
raw to scalar is the standard's (checked against OFIQ's published results).
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.model.verdict import Component
from drivers.contracts import Pixels

DARK_LEVEL, BRIGHT_LEVEL = 25, 247
_LINEAR = np.linspace(0.0, 1.0, 256)
_SRGB_TO_LINEAR = np.where(_LINEAR <= 0.04045, _LINEAR / 12.92, ((_LINEAR + 0.055) / 1.055) ** 2.4).astype(np.float32)


def face_ellipse(height: int, width: int) -> NDArray[np.uint8]:
    """(H, W) 255 where the skin of a face in a box of that size lies."""
    mask = np.zeros((height, width), np.uint8)
    axes = (max(1, round(width * 0.36)), max(1, round(height * 0.44)))
    return np.asarray(cv2.ellipse(mask, (width // 2, height // 2), axes, 0, 0, 360, 255, -1), np.uint8)


def luminance_histogram(face: Pixels, mask: NDArray[np.uint8]) -> NDArray[np.float64]:
    """256 shares that sum to 1 of the linear luminance (ITU-R BT.709) of (H, W, 3) sRGB within the mask."""
    linear = _SRGB_TO_LINEAR[face]
    luminance = linear @ np.asarray((0.0722, 0.7152, 0.2126), np.float32)
    levels = np.clip(np.round(luminance[mask > 0] * 255.0), 0, 255).astype(np.uint8)
    return np.bincount(levels, minlength=256) / max(1, levels.size)


def light_components(histogram: NDArray[np.float64]) -> dict[str, Component]:
    """ISO/IEC 29794-5 clauses on luminance, exposure and dynamic range."""
    levels = _LINEAR
    mean = float((histogram * levels).sum())
    variance = float((histogram * (levels - mean) ** 2).sum())
    dark = float(histogram[: DARK_LEVEL + 1].sum())
    bright = float(histogram[BRIGHT_LEVEL:].sum())
    present = histogram[histogram > 0]
    return {
        "LuminanceMean": luminance_mean(mean),
        "LuminanceVariance": luminance_variance(variance),
        "UnderExposurePrevention": under_exposure(dark),
        "OverExposurePrevention": over_exposure(bright),
        "DynamicRange": dynamic_range(float(-(present * np.log2(present)).sum())),
    }


def luminance_mean(raw: float) -> Component:
    """`raw` 0 to 1; best between 0.3 and 0.7."""
    return component(raw, 100.0 * _sigmoid(raw, 0.2, 0.05) * (1.0 - _sigmoid(raw, 0.8, 0.05)))


def luminance_variance(raw: float) -> Component:
    """`raw` is of luminances 0 to 1; best at 1/60."""
    around = 60.0 * raw
    return component(raw, 100.0 * math.sin(around / (around + 1.0) * math.pi))


def under_exposure(raw: float) -> Component:
    """`raw` is the share of levels up to 25."""
    return component(raw, 120.0 * (0.832 - _sigmoid(raw, 0.92, 0.05)))


def over_exposure(raw: float) -> Component:
    """`raw` is the share of levels from 247 on."""
    return component(raw, 1.0 / (raw + 0.01))


def dynamic_range(raw: float) -> Component:
    """`raw` is the entropy in bits."""
    return component(raw, 12.5 * raw)


def component(raw: float, scalar: float) -> Component:
    """Rounded to the nearest, halves upwards, and held within 0 to 100."""
    return Component(raw=round(raw, 6), scalar=int(min(100, max(0, math.floor(scalar + 0.5)))))


def _sigmoid(value: float, middle: float, width: float) -> float:
    return 1.0 / (1.0 + math.exp(min(700.0, (middle - value) / width)))
