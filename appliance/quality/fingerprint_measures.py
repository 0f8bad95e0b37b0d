"""What is measured of an impression to guide the hand that gives it: simple, and quick enough for every frame."""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.quality.nfiq2.regions import MARGIN_PX, SIDE_PX
from appliance.quality.nfiq2.surface import Surface
from drivers.contracts import Pixels

_RESOLUTION_PPI, _MM_PER_INCH = 500, 25.4
_SIDE_MM: Final = SIDE_PX / _RESOLUTION_PPI * _MM_PER_INCH
REGION_MM2: Final = _SIDE_MM**2
_RIDGED: Final = 0.6
"""The certainty of direction from which a region shows ridges."""
_ENDS: Final = 0.05
"""The share of a region's pixels that is left out at both ends of the grey scale, where its contrast is taken."""
_NEAR_BLACK, _NEAR_WHITE = 4, 251
_SECOND_DIFFERENCE: Final = np.array([[1.0, -2.0, 1.0]], np.float32)


class BareEdges(NamedTuple):
    """How many rows and columns of bare glass lie around what was measured."""

    above: int = 0
    below: int = 0
    left: int = 0
    right: int = 0


def fingerprint_measures(pixels: Pixels, surface: Surface, bare: BareEdges) -> dict[str, float]:
    """By name, of contiguous (h, w) uint8 at 500 ppi. Of the foreground, unless the name says else; which is not empty.
    `bare`: what was cut off the image.

    `foreground_area_mm2`; `ridged_area_mm2`, where one direction prevails; `glass_area_mm2` of the whole image.
    `certainty` and `clarity`: means, 0 to 1. `direction_uniformity`: 1 when all ridges are parallel, as in no finger.
    `contrast`: grey levels from ridge to valley. `ridge_share`: how much of the skin is dark, 0 to 1: little of a dry
    finger, much of a wet one. `mean_level`, `black_share`, `white_share`: of the grey scale. `bend`: the mean square
    of the grey values' second difference over that of the first, along the axis where that is greater: noise has 3, a
    pure wave of 9 pixels 0.3, and what is blurred along the axis ever less; `bend_evenness`: of the other axis to it.
    `print_edge_px`: the shorter edge without the bare glass, `image_edge_px` with it.
    `free_above_mm` (`below`, `left`, `right`): from the image's border to the nearest ridges.
    """
    where, (height, width) = surface.foreground, pixels.shape
    levels = np.sort(surface.upright[:, :, ::2].reshape(len(surface.upright), -1), axis=1)
    left_out = int(levels.shape[1] * _ENDS)
    dark, light = levels[:, left_out].astype(np.float32), levels[:, -1 - left_out].astype(np.float32)
    middle = (dark + light) / 2
    doubled = 2 * surface.angles_rad[where]
    certainty = surface.certainty
    ridged = where & (certainty > _RIDGED)
    other, sharper = sorted(_bends(pixels, surface))
    return {
        "foreground_area_mm2": float(where.sum() * REGION_MM2),
        "ridged_area_mm2": float(ridged.sum() * REGION_MM2),
        "glass_area_mm2": float(where.size * REGION_MM2),
        "certainty": float(certainty[where].mean()),
        "clarity": float(surface.clarity.mean()),
        "direction_uniformity": float(np.hypot(np.cos(doubled).mean(), np.sin(doubled).mean())),
        "contrast": float(np.median(light - dark)),
        "ridge_share": float(np.median((levels < middle[:, None]).mean(axis=1))),
        "mean_level": float(levels.mean()),
        "black_share": float((levels <= _NEAR_BLACK).mean()),
        "white_share": float((levels >= _NEAR_WHITE).mean()),
        "bend": sharper,
        "bend_evenness": other / sharper if sharper > 0 else 1.0,
        **_free(ridged, bare),
        "print_edge_px": float(min(height, width)),
        "image_edge_px": float(
            min(pixels.shape[0] + bare.above + bare.below, pixels.shape[1] + bare.left + bare.right)
        ),
    }


def _bends(pixels: Pixels, surface: Surface) -> tuple[float, float]:
    """Across and down. The surface's gradients are twice the first difference."""
    where, gradients = surface.foreground, surface.gradients
    across, down = float(gradients.xx[where].sum()) / 4, float(gradients.yy[where].sum()) / 4
    return (
        _bent(pixels, _SECOND_DIFFERENCE, where) / max(across, 1.0),
        _bent(pixels, _SECOND_DIFFERENCE.T, where) / max(down, 1.0),
    )


def _bent(pixels: Pixels, kernel: NDArray[np.float32], where: NDArray[np.bool_]) -> float:
    """The sum over the foreground of the squares of a second difference."""
    second = cv2.filter2D(pixels, cv2.CV_16S, kernel)
    rows, columns = (side * SIDE_PX for side in where.shape)
    inner = second[MARGIN_PX : MARGIN_PX + rows, MARGIN_PX : MARGIN_PX + columns]
    inner = inner.reshape(where.shape[0], SIDE_PX, where.shape[1], SIDE_PX)
    of_lines = np.einsum("rhcw,rhcw->rhc", inner, inner, dtype=np.float32)
    return float(of_lines.sum(axis=1)[where].sum())


def _free(ridged: NDArray[np.bool_], bare: BareEdges) -> dict[str, float]:
    """From each border to the largest piece of ridged regions; half the image where there is none."""
    rows, columns = ridged.shape
    count, _, stats, _ = cv2.connectedComponentsWithStats(ridged.astype(np.uint8), connectivity=8)
    if count < 2:
        top, left, height, width = rows / 2, columns / 2, 0.0, 0.0
    else:
        left, top, width, height, _ = (float(value) for value in stats[1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())])
    free = {
        "above": top + bare.above / SIDE_PX,
        "below": rows - top - height + bare.below / SIDE_PX,
        "left": left + bare.left / SIDE_PX,
        "right": columns - left - width + bare.right / SIDE_PX,
    }
    return {f"free_{side}_mm": regions * _SIDE_MM for side, regions in free.items()}
