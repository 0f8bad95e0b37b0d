"""Small made-up faces for the checks: landmarks of a head that is turned so far, and textures that move."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.liveness.face import mesh
from appliance.liveness.face.frame import FaceFrame
from drivers.contracts import Pixels

HEIGHT, WIDTH = 360, 480
MIDDLE, UNIT = (240.0, 180.0), 100.0
"""Pixels; a half head."""

Plane = NDArray[np.float32]


def landmarks(yaw_deg: float = 0.0, x_px: float = MIDDLE[0], y_px: float = MIDDLE[1]) -> Plane:
    """(478, 3) with those points that the checks look at; the nose aside as of a head that is turned."""
    found = np.full((478, 3), np.nan, np.float32)
    aside = 45.0 * 0.75 * math.tan(math.radians(yaw_deg))
    for index, x, y in (
        (mesh.RIGHT_EYE_OUTER, -45.0, 0.0), (mesh.LEFT_EYE_OUTER, 45.0, 0.0), (mesh.RIGHT_EYE_INNER, -18.0, 0.0),
        (mesh.LEFT_EYE_INNER, 18.0, 0.0), (mesh.NOSE_TIP, aside, 28.0),
    ):  # fmt: skip
        found[index] = (x_px + x, y_px + y, 0.0)
    angles = np.arange(len(mesh.OVAL)) * 2.0 * np.pi / len(mesh.OVAL)
    found[list(mesh.OVAL)] = np.stack(
        [x_px + 68.0 * np.sin(angles), y_px + 17.0 - 80.0 * np.cos(angles), np.zeros(len(angles))], axis=1
    )
    return found


def grain(seed: int, height: int = HEIGHT, width: int = WIDTH, fine_px: float = 2.0) -> Plane:
    """(height, width) float32 around 128: a texture with corners everywhere."""
    noise = np.random.default_rng(seed).standard_normal((height, width)).astype(np.float32)
    blurred = cv2.GaussianBlur(noise, (0, 0), fine_px)
    return np.asarray(128.0 + 35.0 * blurred / blurred.std(), np.float32)


def picture(plane: Any, noise: float = 0.0, seed: int = 0) -> Pixels:
    """(H, W) to (H, W, 3) uint8, with a sensor's noise."""
    shaken = np.asarray(plane, np.float32) + noise * np.random.default_rng(seed).standard_normal(np.shape(plane))
    return np.repeat(np.clip(np.round(shaken), 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def moved(plane: Plane, right_px: float, down_px: float = 0.0) -> Plane:
    shift = np.asarray([[1, 0, right_px], [0, 1, down_px]], np.float64)
    return np.asarray(
        cv2.warpAffine(
            plane, shift, (plane.shape[1], plane.shape[0]), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
        ),
        np.float32,
    )


def frame(pixels: Pixels, taken_s: float, points: Plane | None = None, **coefficients: float) -> FaceFrame:
    return FaceFrame(pixels, taken_s, landmarks() if points is None else points, coefficients)


def moments(count: int, seed: int = 0) -> list[float]:
    """Fifteen a second, as unevenly as a camera gives them."""
    uneven = np.random.default_rng(seed).normal(0.0, 0.0005, count)
    return [float(i / 15.0 + shake) for i, shake in enumerate(uneven)]
