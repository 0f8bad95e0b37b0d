"""Where skin touched the glass: a coarse map of an image, on which everything about fingers' places is found.

A ridge is dark beside a light valley every half millimetre, so the map looks at how far pixels lie from the mean of a
window of two ridges, averaged over cells of 0.4 mm. Writing has relief, too, but is not as even as ridges are. Nothing
here needs the image's full resolution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.errors import QualityError
from appliance.fingerprint.grey_image import require_grey
from drivers.contracts import Pixels

MM_PER_INCH: Final = 25.4
LEAST_PPI, MOST_PPI = 190, 1300
MOST_PIXELS: Final = 32_000_000
"""A palm scanner's 5 x 5 inches at 1000 ppi are 25 million."""
MOST_EDGE_PX: Final = 32_000
"""OpenCV cuts fingers out of images whose sides it can count with 15 bits."""
_FINE_PPI: Final = 250
"""Enough to see ridges, whose period is 9 pixels at 500 ppi."""
_FINE_PER_CELL: Final = 4
_WINDOW: Final = 9
"""Fine pixels: two ridges."""
_LEAST_CELLS: Final = 8
"""3 mm: no finger is smaller, and nothing less is looked at."""
_RELIEF_RANGE: Final = (5.0, 12.0)
"""Grey levels between which the threshold lies, wherever Otsu's method puts it."""
_EVEN: Final = 0.75
"""How uneven a print may be, as a part of its relief: lines of text and of writing are more so."""
_SOLID: Final = 90.0
"""Grey levels under the glass's light at which a cell without relief is wet skin, all valleys filled."""

_LIGHT_CELLS: Final = 8
"""The side of the places whose mean is looked at for that light: 3 mm."""

Grid = NDArray[np.float32]


@dataclass(frozen=True)
class ContactMap:
    """`relief` and `grey`: (rows, columns) float32, grey levels; `mask`: (rows, columns) uint8, 1 where there is
    contact. `cell_px`: the side of a cell in the image's pixels; `cell_mm`: the same on the glass."""

    relief: Grid
    grey: Grid
    mask: Pixels
    cell_px: float
    cell_mm: float

    @property
    def px_per_mm(self) -> float:
        return self.cell_px / self.cell_mm


def contact_map(pixels: Pixels, resolution_ppi: float) -> ContactMap | None:
    """Of (h, w) uint8, dark ridges on light; None where the image is smaller than any finger. Raises QualityError."""
    _check(pixels, resolution_ppi)
    shrink = max(1, round(resolution_ppi / _FINE_PPI))
    cell = shrink * _FINE_PER_CELL
    rows, columns = pixels.shape[0] // cell, pixels.shape[1] // cell
    if min(rows, columns) < _LEAST_CELLS:
        return None
    whole = np.ascontiguousarray(pixels[: rows * cell, : columns * cell])
    size = (columns * _FINE_PER_CELL, rows * _FINE_PER_CELL)
    fine = np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)
    apart = np.asarray(cv2.absdiff(fine, cv2.blur(fine, (_WINDOW, _WINDOW))), np.uint8)
    relief = np.asarray(cv2.blur(_cells(apart, rows, columns), (3, 3)), np.float32)
    grey = _cells(fine, rows, columns)
    mask = _contact(relief, grey)
    return ContactMap(relief, grey, mask, float(cell), cell / resolution_ppi * MM_PER_INCH)


def _check(pixels: Pixels, resolution_ppi: float) -> None:
    require_grey(pixels)
    if pixels.size > MOST_PIXELS or max(pixels.shape) > MOST_EDGE_PX:
        raise QualityError("The image of fingers is larger than any scanner's glass.")
    if not LEAST_PPI <= resolution_ppi <= MOST_PPI:
        raise QualityError(f"Fingers are looked for at {LEAST_PPI} to {MOST_PPI} pixels an inch.")


def _cells(fine: Pixels, rows: int, columns: int) -> Grid:
    return np.asarray(cv2.resize(fine, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def _contact(relief: Grid, grey: Grid) -> Pixels:
    seen = np.clip(relief * 4, 0, 255).astype(np.uint8)
    otsu, _ = cv2.threshold(seen, 0, 1, cv2.THRESH_OTSU)
    limit = min(max(otsu / 4, _RELIEF_RANGE[0]), _RELIEF_RANGE[1])
    is_ridged = (relief > limit) & (_unevenness(grey) < _EVEN * relief)
    return np.asarray(is_ridged | (grey < _light(grey) - _SOLID), np.uint8)


def _unevenness(grey: Grid) -> Grid:
    """How far the means over two ridges lie from those over six: little in a print, much in writing and at its
    edges."""
    near, wide = cv2.blur(grey, (3, 3)), cv2.blur(grey, (7, 7))
    return np.asarray(cv2.blur(cv2.absdiff(near, wide), (3, 3)), np.float32)


def _light(grey: Grid) -> Grid:
    """The glass's own grey around each cell: the lightest place within half a finger's width and some more."""
    rows, columns = grey.shape
    size = (max(columns // _LIGHT_CELLS, 1), max(rows // _LIGHT_CELLS, 1))
    lightest = cv2.dilate(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.ones((7, 7), np.uint8))
    return np.asarray(cv2.resize(lightest, (columns, rows), interpolation=cv2.INTER_LINEAR), np.float32)
