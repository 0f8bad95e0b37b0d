"""Soft-edged painting on arrays: masks from formulas, colours laid over one another."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating[Any]]
"""(H, W)."""

Canvas = NDArray[np.float32]
"""(H, W, 3) float32, B, G, R, 0 to 255."""

Colour = tuple[float, ...]
"""B, G, R, 0 to 255."""


def soft(signed: Field, width: float) -> Field:
    """0 to 1: how far inside a shape a point lies, from a distance that is negative inside; `width` of the edge."""
    step = np.clip(0.5 - signed / width, 0.0, 1.0)
    return np.asarray(step * step * (3.0 - 2.0 * step), np.float32)


def bump(x: Field, y: Field, centre: tuple[float, float], size: tuple[float, float]) -> Field:
    """A Gaussian hill of height 1; `size` is its deviation along x and y."""
    return np.asarray(np.exp(-0.5 * (((x - centre[0]) / size[0]) ** 2 + ((y - centre[1]) / size[1]) ** 2)), np.float32)


def ellipse(x: Field, y: Field, centre: tuple[float, float], radii: tuple[float, float]) -> Field:
    """About the distance from an ellipse's edge, negative inside."""
    reach = np.sqrt(((x - centre[0]) / radii[0]) ** 2 + ((y - centre[1]) / radii[1]) ** 2)
    return np.asarray((reach - 1.0) * min(radii), np.float32)


def lay(canvas: Canvas, mask: Field, colour: Colour | Field) -> None:
    """Paints `colour` over the canvas where the mask is, in place."""
    canvas += np.asarray(mask, np.float32)[..., None] * (np.asarray(colour, np.float32) - canvas)


def shade(canvas: Canvas, factor: Field) -> None:
    """Lightens or darkens in place."""
    canvas *= np.asarray(factor, np.float32)[..., None]


def light(height: Field, pixels_per_unit: float, ambient: float = 0.55) -> Field:
    """Lambert's shading of a relief by a lamp in front, above and slightly to the left; about 1 where it is flat."""
    down, right = np.gradient(height * pixels_per_unit)
    across, along, towards = -0.28, -0.38, 0.88
    facing = (towards - across * right - along * down) / np.sqrt(1.0 + right**2 + down**2)
    return np.asarray(ambient + (1.0 - ambient) * np.clip(facing, 0.0, 1.2) / towards, np.float32)
