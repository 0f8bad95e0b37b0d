"""NFIQ 2's measures of single regions as the standard words them: one region at a time, slow and plain.

The oracle of what `appliance.quality.nfiq2` computes for all of them at once.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels

SIDE, MARGIN = 32, 2
FRAME = SIDE + 2 * MARGIN


def gradients(block: Pixels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    grey = block.astype(np.float64)
    return np.asarray(np.gradient(grey, axis=1)), np.asarray(np.gradient(grey, axis=0))


def certainty(block: Pixels) -> float | None:
    x, y = gradients(block)
    matrix = np.array([[(x * x).mean(), (x * y).mean()], [(x * y).mean(), (y * y).mean()]])
    least, greatest = np.linalg.eigvalsh(matrix)
    return None if greatest == 0 else 1 - least / greatest


def angle(block: Pixels) -> float:
    x, y = gradients(block)
    return math.atan2((x * y).mean(), (x * x).mean() - (y * y).mean()) / 2


def with_margin(pixels: Pixels) -> Iterator[tuple[int, int, int, int]]:
    """Place in the grid, and the first row and column of each region that has a margin on all sides."""
    height, width = pixels.shape
    for row, top in enumerate(range(MARGIN, height - SIDE - MARGIN + 1, SIDE)):
        for column, left in enumerate(range(MARGIN, width - SIDE - MARGIN + 1, SIDE)):
            yield row, column, top, left


def is_foreground(pixels: Pixels, top: int, left: int) -> bool:
    normal = (pixels.astype(np.float64) - pixels.mean()) / pixels.std()
    spread = np.zeros(pixels.shape)
    for i in range(0, pixels.shape[0], SIDE):
        for j in range(0, pixels.shape[1], SIDE):
            spread[i : i + SIDE, j : j + SIDE] = normal[i : i + SIDE, j : j + SIDE].std()
    return bool((spread[top : top + SIDE, left : left + SIDE] > 0.1).all())


def turned(pixels: Pixels, top: int, left: int, radians: float, *, padded: bool) -> Pixels:
    """The region with its margin, (36, 36), turned as OpenCV does; `padded`: with two pixels around it of the image, or
    of zeros where that ends, which move the centre and not the window."""
    frame = np.pad(pixels, 4)[top - MARGIN + 4 - 2 : top - MARGIN + 4 + FRAME + 2, left - MARGIN + 2 : left + FRAME + 4]
    frame = frame if padded else np.ascontiguousarray(frame[2:-2, 2:-2])
    middle = frame.shape[0] / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), math.degrees(radians), 1)
    return np.asarray(
        cv2.warpAffine(np.ascontiguousarray(frame), matrix, (FRAME, FRAME), flags=cv2.INTER_NEAREST), np.uint8
    )


def upright(block: Pixels) -> Pixels:
    return block[FRAME // 2 - 8 : FRAME // 2 + 8, FRAME // 2 - 16 : FRAME // 2 + 16]


def lying(block: Pixels) -> Pixels:
    return block[FRAME // 2 - 16 : FRAME // 2 + 16, FRAME // 2 - 8 : FRAME // 2 + 8]


def line_and_ridges(block: Pixels) -> tuple[NDArray[np.float64], list[bool]]:
    means = block.mean(axis=0)
    x = np.arange(1, len(means) + 1)
    slope, begin = np.polyfit(x, means, 1)
    line = round(begin, 10) + round(slope, 10) * x
    return line, [bool(mean < level) for mean, level in zip(means, line, strict=True)]


def runs(ridge: list[bool]) -> list[int]:
    """After which columns ridge and valley change."""
    return [i for i in range(len(ridge) - 1) if ridge[i] != ridge[i + 1]]


def clarity(block: Pixels) -> float:
    line, ridge = line_and_ridges(block)
    ends = runs(ridge)
    if not ends:
        return 0.0
    widths = [ends[0], *(b - a for a, b in itertools.pairwise(ends))]
    of_ridge = [w / 20 for w, end in zip(widths, ends, strict=True) if ridge[end]]
    of_valley = [w / 20 for w, end in zip(widths, ends, strict=True) if not ridge[end]]
    ridge_width = sum(of_ridge) * (1 / len(of_ridge)) if of_ridge else 0.0
    valley_width = sum(of_valley) * (1 / len(of_valley)) if of_valley else 0.0
    if not (3 / 20 <= ridge_width <= 10 / 20 and 2 / 20 <= valley_width <= 10 / 20):
        return 0.0
    is_ridge = np.array(ridge)
    light = block >= line
    alpha = (~light)[:, ~is_ridge].mean()
    beta = light[:, is_ridge].mean()
    return float(1 - (alpha + beta) / 2)


def uniformity(block: Pixels) -> list[float]:
    _, ridge = line_and_ridges(block)
    ends = runs(ridge[:-1])
    if len(ends) < 4:
        return []
    widths = [b - a for a, b in itertools.pairwise(ends)][1:][::-1]
    ratios = [a / b for a, b in itertools.pairwise(widths)]
    for i in range(int(ridge[ends[0] + 1]), len(ratios), 2):
        ratios[i] = 1 / ratios[i]
    return ratios


def frequency(block: Pixels) -> float:
    amplitude = np.abs(np.fft.fft(block.mean(axis=1)))[1:]
    peak = int(amplitude[: len(amplitude) // 2 + 1].argmax())
    if peak == 0:
        return 1.0
    return float(
        (amplitude[peak] + 0.3 * (amplitude[peak - 1] + amplitude[peak + 1])) / amplitude[: len(amplitude) // 2].sum()
    )
