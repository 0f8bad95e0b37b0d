"""What the local regions of an impression say: quick enough for every frame, and what its measures begin with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.quality.nfiq2.lcs import lcs
from appliance.quality.nfiq2.orientation import certainty
from appliance.quality.nfiq2.regions import (
    MARGIN_PX,
    SIDE_PX,
    Covariance,
    Tiles,
    covariance,
    foreground,
    orientation_rad,
    regions,
    tiles,
)
from appliance.quality.nfiq2.slanted import slanted
from drivers.contracts import Pixels


@dataclass(frozen=True, eq=False)
class Surface:
    """Of an image of (h, w). `tiles` cover all of it; the grids (rows, columns) are of the regions that have a margin.

    `foreground`: where there is contrast. `certainty`: how clearly one direction prevails, 0 to 1. `angles_rad`: across
    the ridges. Of the n regions of the foreground, row by row: `rows` and `columns`, the pixels at which their margins
    begin; `upright`, (n, 16, 32) uint8, turned so that ridges stand upright; `clarity`, how well ridges and valleys are
    apart (LCS), 0 to 1.
    """

    tiles: Tiles
    gradients: Covariance
    foreground: NDArray[np.bool_]
    angles_rad: NDArray[np.float64]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    upright: Pixels
    clarity: NDArray[np.float64]

    @property
    def certainty(self) -> NDArray[np.float64]:
        return certainty(self.gradients)[0]


def surface(pixels: Pixels) -> Surface:
    """Of contiguous (h, w) uint8 at 500 ppi, at least 36 in both."""
    grey = tiles(pixels)
    gradients = covariance(regions(pixels, MARGIN_PX))
    is_foreground = foreground(grey, pixels.shape)
    angles = orientation_rad(gradients)
    rows, columns = (place * SIDE_PX for place in np.nonzero(is_foreground))
    upright = slanted(pixels, rows, columns, angles[is_foreground])
    return Surface(grey, gradients, is_foreground, angles, rows, columns, upright.transpose(2, 0, 1), lcs(upright))
