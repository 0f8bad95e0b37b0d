"""A plain print for emulators: a picture of ridges that is cheap to draw, and pictures fitted to a sensor."""

from __future__ import annotations

import numpy as np

from drivers.contracts import Pixels


def drawn_print(height: int = 288, width: int = 256, *, seed: int = 0) -> Pixels:
    """A loop of ridges 9 pixels apart, dark on light, (H, W) uint8: looks like a print to a person, is nobody's."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float64)
    down, across = (rows - height * 0.62) / height, (columns - width * (0.47 + 0.02 * (seed % 5))) / width
    bend = np.hypot(across * 1.3, down + 0.35 * across**2) * height
    ridges = 128 + 110 * np.cos(2 * np.pi * bend / 9 + 0.6 * np.sin(6 * across + seed))
    inside = (((rows - height / 2) / (height * 0.47)) ** 2 + ((columns - width / 2) / (width * 0.44)) ** 2) <= 1
    return np.where(inside, ridges, 255).astype(np.uint8)


def fitted(image: Pixels, height: int = 288, width: int = 256) -> Pixels:
    """The middle of a grey image at its own scale, padded with white: (height, width) uint8."""
    sheet = np.full((height, width), 255, np.uint8)
    rows, columns = min(height, image.shape[0]), min(width, image.shape[1])
    top, left = (image.shape[0] - rows) // 2, (image.shape[1] - columns) // 2
    y, x = (height - rows) // 2, (width - columns) // 2
    sheet[y : y + rows, x : x + columns] = image[top : top + rows, left : left + columns]
    return sheet
