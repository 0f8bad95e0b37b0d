"""What the regions of an impression say about it: quick enough for every frame, and shared with NFIQ 2's measures.

A region is one of NFIQ 2's local regions: 32 x 32 pixels at 500 ppi, two clear ridges (ISO/IEC 29794-4, 5.1.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.quality.nfiq2.lcs import lcs
from appliance.quality.nfiq2.orientation import certainty
from appliance.quality.nfiq2.regions import (
    MARGIN_PX,
    SIDE_PX,
    Tiles,
    covariance,
    foreground,
    orientation_rad,
    regions,
    tiles,
)
from appliance.quality.nfiq2.slanted import LONG_PX, SHORT_PX, slanted
from drivers.contracts import Pixels

_SECOND_DIFFERENCE: Final = np.array([[1.0, -2.0, 1.0]], np.float32)


@dataclass(frozen=True, eq=False)
class RidgeSurface:
    """Of an image of (h, w). `tiles` cover all of it; the grids (rows, columns) are of the regions that have a margin.

    `foreground`: where there is contrast. `certainty`: how clearly one direction prevails, 0 to 1. `angles_rad`: across
    the ridges. For the n regions of the foreground, row by row: `upright`, (n, 16, 32) uint8 turned so that ridges
    stand upright, and `clarity`, how well ridges and valleys are apart (NFIQ 2's LCS), 0 to 1.
    `bend_x`, `bend_y`: the mean square of the grey values' second difference over that of the first, along each axis
    in the foreground: noise has 3, a pure wave of 9 pixels 0.3, and what is blurred along the axis ever less.
    """

    tiles: Tiles
    foreground: NDArray[np.bool_]
    certainty: NDArray[np.float64]
    angles_rad: NDArray[np.float64]
    upright: Pixels
    clarity: NDArray[np.float64]
    bend_x: float
    bend_y: float


def ridge_surface(pixels: Pixels) -> RidgeSurface:
    """Of contiguous (h, w) uint8 at 500 ppi, at least 36 in both."""
    grey = tiles(pixels)
    gradients = covariance(regions(pixels, MARGIN_PX))
    is_foreground = foreground(grey, pixels.shape)
    angles = orientation_rad(gradients)
    rows, columns = (place * SIDE_PX for place in np.nonzero(is_foreground))
    upright = slanted(pixels, rows, columns, angles[is_foreground], height_px=SHORT_PX, width_px=LONG_PX)
    # The gradients are twice the first difference.
    across, down = float(gradients.xx[is_foreground].sum()) / 4, float(gradients.yy[is_foreground].sum()) / 4
    return RidgeSurface(
        tiles=grey,
        foreground=is_foreground,
        certainty=certainty(gradients)[0],
        angles_rad=angles,
        upright=upright,
        clarity=lcs(upright),
        bend_x=_bend(pixels, _SECOND_DIFFERENCE, is_foreground) / max(across, 1.0),
        bend_y=_bend(pixels, _SECOND_DIFFERENCE.T, is_foreground) / max(down, 1.0),
    )


def _bend(pixels: Pixels, kernel: NDArray[np.float32], where: NDArray[np.bool_]) -> float:
    """The sum over the foreground of the squares of a second difference."""
    bent = cv2.filter2D(pixels, cv2.CV_16S, kernel)
    rows, columns = (side * SIDE_PX for side in where.shape)
    inner = bent[MARGIN_PX : MARGIN_PX + rows, MARGIN_PX : MARGIN_PX + columns]
    of_lines = np.einsum(
        "rhcw,rhcw->rhc", *[inner.reshape(where.shape[0], SIDE_PX, where.shape[1], SIDE_PX)] * 2, dtype=np.float32
    )
    return float(of_lines.sum(axis=1)[where].sum())
